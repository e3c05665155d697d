"""Who is shown a contact that is restricted, on the front door's lists, and what everybody else is.

Who decides contacts, the LADO, who is named, who wrote it down and who found out that it is to be held back read it; all others
see at most that a contact was made and is restricted.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from shared.domain.access_facts import NOTHING, Fact
from shared.web.reading import Reading

READING: Final = "read:restricted:mash"
"""The reading of a contact that is restricted."""
Item = Callable[[Mapping[str, Any], dict[str, Any] | None], dict[str, Any]]
"""A row and its text, as a list shows it."""
_SHOWN: Final = frozenset({"contact", "child", "restricted"})


def kept_from(reader: Reading, row: Mapping[str, Any]) -> bool:
    """Whether a row of a contact is kept from a reader."""
    if not row["restricted"] or any(reader.who.is_surely(each) for each in row["named"]):
        return False
    theirs = any(reader.who.is_surely(each) for each in (row["recorder"], row["restricted_by"]) if each)
    facts = frozenset({Fact.OWN_RECORD}) if theirs else NOTHING
    return not reader.may(READING, facts)


def at_most(item: Item) -> Callable[[Reading, Mapping[str, Any]], dict[str, Any] | None]:
    """Of a row that is kept from a reader, whatever `item` shows but which contact of which child it is."""

    def instead(reader: Reading, row: Mapping[str, Any]) -> dict[str, Any] | None:
        if not kept_from(reader, row):
            return None
        return {name: value if name in _SHOWN else None for name, value in item(row, None).items()}

    return instead
