"""Matching the children who were said in a contact: who they turned out to be, and what is then true of each of them."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from services.mash.codes import Notice
from services.mash.events import (
    ChildMatched,
    ContactHeld,
    ContactPassedToOpenCase,
    ContactReceived,
    ContactRestricted,
    ContactScreened,
    MissingNoticeReceived,
    ReferrerInformed,
    WrittenReferralReceived,
)
from services.mash.streams.contact.receiving import of_a_child
from services.mash.streams.contact.state import Contact, ContactEvent, decided_already, too_early
from services.mash.streams.open_case import OpenCase
from shared.domain.carried import CarriedOn, again
from shared.domain.command import MAX_CHILDREN, Command, Joins, refuse_all
from shared.domain.decider import Context
from shared.domain.event import Record
from shared.domain.fields import PersonId

_TRUE_OF_EACH: Final = (
    ContactScreened,
    ContactHeld,
    ReferrerInformed,
    WrittenReferralReceived,
    ContactRestricted,
)
"""What was done with the contact while nobody knew whom it was about, and so was done for each child of it."""


class Match(BaseModel):
    """Who one of the children said is: their place among those who were said, from 1, and the person."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    said: int = Field(ge=1, strict=True)
    person: PersonId


class MatchChildren(Command, name="mash.MatchChildren", joins=Joins("matches", child="person")):
    """Say which registered children those are who were only said in a contact (`re`).

    From then on it is about each of them, with the words and the clocks of the first receipt; of one with an open case it is
    a note on that (M9). Whoever is not registered yet is registered first, and looked for before that.
    """

    matches: tuple[Match, ...] = Field(min_length=1, max_length=MAX_CHILDREN)


def match_children(command: MatchChildren, state: Contact, context: Context) -> list[ContactEvent]:
    """Who they turned out to be, as the contact about no child keeps it."""
    places = [each.said for each in command.matches]
    refuse_all(
        (
            "",
            not all(1 <= place <= state.said for place in places),
            f"the contact says of {state.said} that they are not known: name a place among them, from 1",
            "not_said",
        ),
        (
            "",
            len(set(places)) < len(places) or not state.matched.keys().isdisjoint(places),
            "one of those said is matched already: leave them out; where that was somebody else, withdraw that matching first",
            "already_matched",
        ),
        (
            "",
            any(context.person(each.person).kind == "adult" for each in command.matches),
            "one of the people named is an adult: a contact is about children",
            "no_child",
        ),
        decided_already(state, "receive what is new as a contact about the children who are known by now"),
        too_early(state, context),
    )
    left = state.said - len(state.matched)
    return [
        ChildMatched(contact=context.thing, said=each.said, person=child, left=left - n)
        for n, (each, child) in enumerate(zip(command.matches, context.joining, strict=True), 1)
    ]


def join(state: Contact, open_case: OpenCase, context: Context) -> list[ContactEvent]:
    """The contact as it is of a child who was matched: as it was received first, and what was done with it since. Nothing,
    where it is about the child already.
    """
    if state.received_at is not None:
        return []
    receipt = next(one for one in context.earlier if isinstance(one.event, ContactReceived))
    since = [one for one in context.earlier if isinstance(one.event, _TRUE_OF_EACH)]
    received = _received(receipt, open_case, context)
    if isinstance(received, ContactPassedToOpenCase):
        since = [one for one in since if isinstance(one.event, ContactRestricted)]
    return [received, *_missing(receipt, context), *(_as_done(one, received) for one in since)]


def _received(
    receipt: Record, open_case: OpenCase, context: Context
) -> ContactReceived | ContactPassedToOpenCase:
    """With the words of the receipt, of the children said those of this child alone."""
    item = context.item
    assert isinstance(item, Match)
    first = again(receipt, items={"children_said": (item.said - 1,)})
    assert isinstance(first, ContactReceived)
    return of_a_child(first, open_case, context)


def _missing(receipt: Record, context: Context) -> list[ContactEvent]:
    """That the child is missing, where that was notified: now there is somebody to look for."""
    received = receipt.event
    assert isinstance(received, ContactReceived)
    if received.notice is not Notice.MISSING:
        return []
    return [
        MissingNoticeReceived(
            happened_at=receipt.happened_at,
            contact=context.thing,
            received_at=received.received_at,
            sealed=CarriedOn(of=receipt.envelope.event_id, only=("police_reference",)),
        )
    ]


def _as_done(record: Record, received: ContactReceived | ContactPassedToOpenCase) -> ContactEvent:
    """What was done, said of the child. M14 runs once: from the receipt, where that said so."""
    done = again(record)
    if isinstance(done, ContactScreened) and received.report_fgm_by is not None:
        done = done.model_copy(update={"report_fgm_by": None, "fgm_known_at": None})
    assert isinstance(done, _TRUE_OF_EACH)
    return done
