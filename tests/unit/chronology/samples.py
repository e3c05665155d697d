"""Every event that makes an entry, with any values and any sealed text, for property tests."""

import string
from typing import Any

from hypothesis import strategies as st

from deploy.catalogue import events as known_events
from services import all_entries
from services.mash.events import SaidChild
from shared.domain.actors import AGENCIES
from shared.domain.code_lists import Sex
from shared.domain.corrections import Corrected
from shared.domain.event import Event, Sealed
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.team.audience import Party
from shared.team.meetings import ActionText, AttendeeText

ENTRIES = all_entries()
WRITTEN = [kind for kind in known_events().values() if ENTRIES.writes(kind)]

WORDS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=12).map(lambda word: f"§{word}")
"""Words that no title of ours contains, so that finding one means that it leaked."""
AN_AGENCY = st.sampled_from(sorted(AGENCIES))
DUE = Deadline(
    london(2026, 4, 2, 16, 40), london(2026, 4, 8), rule="M1", edition="rules 2026-11; calendar EW-2026-11"
)
INSTANTS = st.datetimes(
    max_value=london(2030, 1, 1).replace(tzinfo=None), min_value=london(2020, 1, 1).replace(tzinfo=None)
).map(lambda at: london(at.year, at.month, at.day))


def sealed(kind: type[Sealed]) -> st.SearchStrategy[Sealed]:
    """A sealed part whose every text is a word of ours."""
    return st.builds(
        kind, **{name: _text(str(field.annotation)) for name, field in kind.model_fields.items()}
    )


def _text(annotation: str) -> st.SearchStrategy[Any]:
    if "dict" in annotation:
        return st.dictionaries(WORDS, WORDS, max_size=2)
    if "SaidChild" in annotation:
        said = st.builds(SaidChild, name=WORDS, school=WORDS, address=WORDS)
        return st.lists(said, max_size=2).map(tuple)
    if "AttendeeText" in annotation:
        attended = st.builds(AttendeeText, name=WORDS, agency=AN_AGENCY, organisation_name=WORDS)
        return st.lists(attended, max_size=2).map(tuple)
    if "ActionText" in annotation:
        actions = st.builds(ActionText, what=WORDS, owner=AN_AGENCY, by=st.just("2026-04-08"), who=WORDS)
        return st.lists(actions, max_size=2).map(tuple)
    if "Sex" in annotation:
        return st.sampled_from(Sex)
    return st.lists(WORDS, max_size=3).map(tuple) if "tuple" in annotation else WORDS


def events(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of a class."""
    given: dict[str, st.SearchStrategy[Any]] = {"happened_at": INSTANTS}
    for name, field in kind.model_fields.items():
        if field.annotation is Deadline or Deadline in getattr(field.annotation, "__args__", ()):
            given[name] = st.just(DUE)
        elif name.endswith("_at"):
            given[name] = INSTANTS
        elif field.annotation is Corrected:
            given[name] = st.builds(
                Corrected,
                name=st.just("mash.ContactReceived"),
                recorded_at=INSTANTS,
                version=st.integers(1, 9),
            )
        elif name == "referrer_agency":
            given[name] = st.sampled_from([None, *sorted(AGENCIES)])
        elif name in {"agency", "by_agency", "their_agency"}:
            given[name] = st.sampled_from(sorted(AGENCIES))
        elif name in {"agencies", "shareable_with"}:
            given[name] = st.lists(st.sampled_from(sorted(AGENCIES)), min_size=1, unique=True).map(tuple)
        elif "Party" in str(field.annotation):
            parties = st.builds(Party, agency=AN_AGENCY, organisation=st.none() | st.just("an organisation"))
            given[name] = st.lists(parties, max_size=3, unique=True).map(tuple)
        elif field.annotation is int:
            given[name] = st.integers(1, 45)
        elif name == "rule":
            given[name] = st.sampled_from(["M1", "A2"])
        elif name == "partners":
            given[name] = st.lists(st.sampled_from(sorted(AGENCIES)), min_size=1, unique=True).map(tuple)
    given["sealed"] = sealed(kind.TEXT) if kind.TEXT else st.none()
    return st.builds(kind, **given)


ANY = st.sampled_from(WRITTEN).flatmap(events)
