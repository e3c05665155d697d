"""Which moment of the past a request means, and through whose eyes: read, or refused with what to write instead."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import Query
from pydantic import StringConstraints

from services.chronology.past import Lens
from services.chronology.replay import Knowledge, known_at
from shared.domain.actors import AGENCIES, ROLES
from shared.domain.moments import NotAMoment, moment
from shared.team.audience import OF_ORGANISATIONS
from shared.web.field_errors import WrongField
from shared.web.problems import invalid
from shared.web.reading import Reading

_POSITION: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)

Said = Annotated[str, StringConstraints(max_length=40)]
"""A moment as a person says it: a position of the log, a day (meant to its end), a London time, an instant with its offset."""

SaidInQuery = Annotated[
    Said | None,
    Query(
        description="a day (to its end), a London time, an instant with its offset, or a position of this log"
    ),
]

Eyes = Annotated[
    Annotated[str, StringConstraints(max_length=120)] | None,
    Query(
        description="as another agency sees it: `police`, or an agency and an organisation's id, `education/ID`"
    ),
]


async def knowledge_of(reader: Reading, field: str, said: str | None) -> Knowledge:
    """What was known at the moment that is named; None: what is known now. Raises Problem (422)."""
    try:
        at = int(said) if said is not None and _POSITION.fullmatch(said) else instant_of(reader, field, said)
        return await reader.query(known_at, at, reader.now())
    except ValueError as error:
        raise invalid(WrongField(field, str(error), "out_of_range")) from None


def instant_of(reader: Reading, field: str, said: str | None) -> datetime | None:
    """The instant that is named. Raises Problem (422)."""
    try:
        return None if said is None else moment(said, reader.now())
    except NotAMoment as error:
        raise invalid(WrongField(field, str(error), "not_a_time")) from None


def lens_of_text(reader: Reading, field: str, said: str | None) -> Lens | None:
    """`agency` or `agency/organisation`. Raises Problem (422)."""
    if said is None:
        return None
    agency, slash, organisation = said.partition("/")
    return lens_of_parts(reader, field, agency, organisation if slash else None, "")


def lens_of_parts(reader: Reading, field: str, agency: str, organisation: str | None, role: str) -> Lens:
    """A lens by its parts, the organisation by its id or its name. Raises Problem (422)."""
    if agency not in AGENCIES:
        raise invalid(WrongField(field, f"name an agency: {_listed(sorted(AGENCIES))}", "unknown"))
    if role and role not in ROLES:
        raise invalid(WrongField(field, "name a role, as tokens name it, or leave it out", "unknown"))
    if organisation is None:
        return Lens(agency, None, role)
    if agency not in OF_ORGANISATIONS:
        raise invalid(
            WrongField(
                field, f"only {_listed(sorted(OF_ORGANISATIONS))} are of several organisations", "rule"
            )
        )
    if not organisation.strip():
        raise invalid(WrongField(field, "name the organisation, or leave it out", "missing"))
    name = organisation.strip()
    return Lens(agency, name if _ID.fullmatch(name) else reader.organisation_id(name), role)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)
