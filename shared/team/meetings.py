"""Who was at a meeting, and what was agreed there: the parts that commands of several teams have alike. Pure.

Of whoever attended the open part keeps agency and organisation by its id, because who sees the meeting follows from
them; names, and the words of what was agreed, are sealed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.command import in_words
from shared.domain.event import Sealed
from shared.domain.fields import MOST_ITEMS, Agency, Organisation, Professional, RequiredText, ShortText
from shared.domain.instants import Day
from shared.team.audience import Party, party


class Attendee(BaseModel):
    """Somebody at a meeting: for which agency, and for which organisation of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: ShortText | None = Field(default=None, repr=False)
    agency: Agency
    organisation: Organisation | None = None


class Action(BaseModel):
    """What was agreed: which agency does what, by which day, and who there."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    what: RequiredText
    owner: Agency
    by: Day
    who: Professional | None = None


Attendees = Annotated[tuple[Attendee, ...], Field(max_length=MOST_ITEMS)]
"""Those at a meeting who are named."""

Actions = Annotated[tuple[Action, ...], Field(max_length=MOST_ITEMS)]
"""What a meeting agreed."""


class AttendeeText(Sealed):
    """The name of somebody at a meeting, and of where they are from."""

    name: str = ""
    agency: str
    organisation_name: str = ""


class ActionText(Sealed):
    """What was agreed, in words."""

    what: str
    owner: str
    by: str
    who: str = ""


def parties_at(present: Iterable[str], attended: Sequence[Attendee]) -> tuple[Party, ...]:
    """Who was there: each organisation that was named, and the agency alone where none of its own was."""
    named = {party(one.agency, one.organisation.id if one.organisation else None): None for one in attended}
    by_name = {one.agency for one in named if one.organisation is not None}
    alone = [
        party(each)
        for each in dict.fromkeys((*present, *(one.agency for one in attended)))
        if each not in by_name
    ]
    return (*alone, *(one for one in named if one.organisation is not None))


def attendee_texts(attended: Sequence[Attendee]) -> tuple[AttendeeText, ...]:
    """The names of those at a meeting, to be sealed."""
    return tuple(
        AttendeeText(
            name=one.name or "",
            agency=one.agency,
            organisation_name=one.organisation.name if one.organisation else "",
        )
        for one in attended
    )


def action_texts(actions: Sequence[Action]) -> tuple[ActionText, ...]:
    """What was agreed, to be sealed."""
    return tuple(
        ActionText(
            what=each.what,
            owner=each.owner,
            by=each.by.isoformat(),
            who=each.who.name if each.who else "",
        )
        for each in actions
    )


def attended_in_words(attended: Iterable[Mapping[str, Any]]) -> str:
    """Those at a meeting as a page shows them, read from the sealed part: `A. Nurse (health, Elm Ward); police`."""
    return "; ".join(map(_attendee, attended))


def actions_in_words(actions: Iterable[Mapping[str, Any]]) -> str:
    """What was agreed as a page shows it, read from the sealed part: `Medical (health, by 2026-12-29)`."""
    return "; ".join(
        f"{each['what']} ({', '.join(filter(None, (in_words(each['owner']), each.get('who'))))}, by {each['by']})"
        for each in actions
    )


def _attendee(one: Mapping[str, Any]) -> str:
    where = ", ".join(filter(None, (in_words(one["agency"]), one.get("organisation_name"))))
    return f"{one['name']} ({where})" if one.get("name") else where
