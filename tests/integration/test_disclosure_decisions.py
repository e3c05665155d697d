"""Whether a step may be opened goes by the last decision on it that stands, as corrected."""

from uuid import UUID, uuid4

import pytest

from shared.audit.disclosure import decision_of, never_shown, words_of
from shared.domain.code_lists import LawfulBasis
from shared.domain.codec import decode, encode
from shared.domain.corrections import correction_of
from shared.domain.event import Event, Record
from shared.eventstore.append import NewEvent, StreamWrite
from shared.team.sharing import DisclosureDecided
from shared.team.step_ref import StepRef
from tests.integration.ledgers import CHILDREN, Ledgers, row

CHILD, OTHER, STEP, THING = CHILDREN[5], CHILDREN[6], uuid4(), uuid4()


def decision(*, share: bool = True, whole: bool = True, step: UUID = STEP) -> DisclosureDecided:
    return DisclosureDecided(
        child=CHILD,
        regarding=StepRef(step=step, thing=THING),
        share=share,
        agencies=("education",),
        whole=whole,
        lawful_basis=LawfulBasis.LEGAL_OBLIGATION,
    )


async def keep(ledgers: Ledgers, event: Event, stream: UUID | None = None, after: int = 0) -> UUID:
    """Append an event to MASH's log; its stream."""
    stream, like = stream or uuid4(), row(1, CHILD)
    _, envelope = decode(like.name, like.state)
    made = NewEvent(like.event_id, event.NAME, "talk", encode(event, envelope), None, CHILD, None)
    await ledgers._append("mash", [StreamWrite(stream, after, (made,))])
    return stream


async def correct(ledgers: Ledgers, stream: UUID, right: DisclosureDecided | None) -> None:
    stands = await ledgers.pools["mash"].fetchrow(
        "SELECT * FROM mash.events WHERE originator_id = $1", stream
    )
    event, envelope = decode(stands["topic"], stands["state"])
    old = Record(event, envelope, "mash", stream, 1, stands["notification_id"], stands["recorded_at"])
    await keep(ledgers, correction_of(old, right, None), stream, after=1)


async def decided(ledgers: Ledgers, child: UUID = CHILD, step: UUID = STEP) -> int | None:
    return await decision_of(ledgers.pools["mash"], "mash", (child,), step)


async def test_the_last_decision_that_stands_counts(ledgers: Ledgers):
    assert await decided(ledgers) is None
    first = await keep(ledgers, decision())
    assert await decided(ledgers) == 61
    assert await decided(ledgers, child=OTHER) is None
    assert await decided(ledgers, step=uuid4()) is None
    await keep(ledgers, decision(share=False, step=uuid4()))
    assert await decided(ledgers) == 61
    second = await keep(ledgers, decision(share=False))
    assert await decided(ledgers) is None
    await correct(ledgers, second, None)
    assert await decided(ledgers) == 61
    await correct(ledgers, first, decision(whole=False))
    assert await decided(ledgers) is None


async def test_the_words_of_a_step_are_its_own(ledgers: Ledgers):
    like = row(1, CHILD)
    _, envelope = decode(like.name, like.state)
    found = await words_of(ledgers.pools["mash"], "mash", (CHILD,), envelope.command_id)
    assert [one["sealed"] for one in found] == [b"sealed words"] * 5
    assert {one["sensitivity"] for one in found} == {"ordinary"}
    assert await words_of(ledgers.pools["mash"], "mash", (CHILD,), uuid4()) == []


@pytest.mark.parametrize(
    ("words", "never"),
    [
        ({"notes": "x"}, False),
        ({"referrer_name": "A. Neighbour", "worries": "x"}, True),
        ({"referrer_name": None, "worries": "x"}, False),
        ({"parts": [], "care_parts": ["who told"]}, True),
        ({"text": {"deep": [{"referrer_contact": "01622"}]}}, True),
        (None, False),
    ],
)
def test_who_told_the_council_is_in_no_export(words: object, never: bool):
    assert never_shown(words) is never
