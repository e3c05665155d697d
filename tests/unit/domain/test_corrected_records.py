"""A record as it is right by now: its place, id and command stay; body, times and text are the correction's."""

from datetime import timedelta

import pytest

from shared.domain.corrections import CorrectedText, correction_of, records_as_corrected, said_last
from shared.domain.event import Event, Record, Sealed
from shared.domain.instants import london
from shared.testing.facts import record

T0 = london(2026, 4, 2, 9)
HOUR = timedelta(hours=1)


class Words(Sealed):
    words: str


class Told(Event, name="test_corrected.Told", text=Words):
    level: int = 1


class Bare(Event, name="test_corrected.Bare"):
    level: int = 1


def told(n: int = 1, event: type[Event] = Told, *, known: timedelta | None = None) -> Record:
    sealed = {"sealed": Words(words="as said")} if event is Told else {}
    return record(
        event(**sealed), at=T0, n=n, version=n, known=T0 + known if known else None, service="test_corrected"
    )


def corrected(wrong: Record, right: Event | None, n: int, *, known_at=None) -> Record:
    text = CorrectedText(reason="otherwise", text={"words": "as meant", "recorded_by": "Sue Pike"})
    event = correction_of(wrong, right, text, known_at=known_at)
    return record(event, at=T0 + HOUR, n=n, version=n, service="test_corrected")


def test_the_last_correction_counts_in_the_old_ones_place() -> None:
    first, second = told(), told(2)
    right = first.event.model_copy(update={"level": 2, "happened_at": T0 - HOUR})
    once = corrected(first, right, 3)
    twice = corrected(first, right.model_copy(update={"level": 3}), 4)
    one, other = records_as_corrected([first, second, once, twice])
    assert other is second
    assert (one.version, one.position, one.recorded_at) == (1, 1, first.recorded_at)
    assert (one.envelope.id, one.envelope.command) == (first.envelope.id, first.envelope.command)
    assert (one.event.level, one.happened_at) == (3, T0 - HOUR)
    assert (one.sealed, one.sealed_by) == (twice.sealed, twice.envelope.event_id)
    assert one.text == {"words": "as meant", "recorded_by": "Sue Pike"}
    assert list(records_as_corrected([first, second, once, corrected(first, None, 4)])) == [second]


def test_an_event_without_a_text_keeps_what_was_sealed_for_it() -> None:
    first = told(event=Bare)
    (one,) = records_as_corrected([first, corrected(first, Bare(level=2), 2)])
    assert (one.sealed, one.sealed_by, one.text) == (first.sealed, first.envelope.event_id, first.text)


@pytest.mark.parametrize(
    ("known", "said", "right", "expected"),
    [
        (None, None, -1, -1),  # what was known defaults to what happened
        (2, None, -1, 2),
        (2, None, 3, 3),  # never before it happened
        (None, 1, -1, 1),
        (2, 1, 0, 1),
    ],
)
def test_when_it_was_known(known: int | None, said: int | None, right: int, expected: int) -> None:
    first = told(known=known * HOUR if known else None)
    event = first.event.model_copy(update={"happened_at": T0 + right * HOUR})
    correction = corrected(first, event, 2, known_at=T0 + said * HOUR if said else None)
    (one,) = records_as_corrected([first, correction])
    assert one.envelope.known == T0 + expected * HOUR


def test_a_text_is_read_as_the_correction_says_it() -> None:
    assert said_last({"words": "as said", "reason": "why"}) == {"words": "as said", "reason": "why"}
    restated = {"reason": "otherwise", "recorded_by": "Mo Diaz", "text": {"words": "as meant"}}
    assert said_last(restated) == {"words": "as meant"}
    erased = {"reason": "otherwise", "recorded_by": "Mo Diaz", "text": {}}
    assert said_last(erased) == {}  # its words are gone, and the reason is not they
    with pytest.raises(TypeError, match="no sealed part has a field `text`"):

        class Letter(Sealed):
            text: str

        class Sent(Event, name="test_corrected.Sent", text=Letter):
            pass
