"""Policies: the same event always asks for the same, at the event's own instants; and what refusals mean."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from shared.domain.command import Command
from shared.domain.corrections import correction_of
from shared.domain.event import Envelope, Event, Record
from shared.domain.policy import AlreadySo, Policy, TaskFor
from shared.testing.policies import given_policy

HAPPENED = datetime(2026, 4, 2, 15, 40, tzinfo=UTC)
KNOWN = HAPPENED + timedelta(hours=2)
RECORDED = HAPPENED + timedelta(hours=20)


class Told(Event, name="test_policy.Told"):
    n: int = 1


class Untold(Event, name="test_policy.Untold"):
    pass


class Do(Command, name="test_policy.Do"):
    n: int = 1


def record(event: Event, event_id: UUID | None = None) -> Record:
    envelope = Envelope(
        id=str(event_id or uuid4()),
        known_at=KNOWN.isoformat(),
        actor="a",
        role="service",
        agency="lado",
        purpose="p",
        basis="b",
        correlation=str(UUID(int=7)),
        command=str(uuid4()),
    )
    placed = event.placed(child=None, happened_at=HAPPENED)
    return Record(placed, envelope, "mash", uuid4(), 1, 1, RECORDED)


def policy(**refusals: object) -> Policy:
    made = Policy("assessment")

    @made.on(Told, **refusals)
    def react(event: Told, record: Record) -> list[Do]:
        return [Do(n=n) for n in range(event.n)]

    return made


def test_the_same_event_asks_for_the_same_under_the_same_ids_and_another_event_under_others():
    told = record(Told(n=3), UUID(int=7))
    first = [(command_id, command) for _, command_id, command in policy().react(told)]
    assert first == [(command_id, command) for _, command_id, command in policy().react(told)]
    assert [command.n for _, command in first] == [0, 1, 2]
    again = [command_id for _, command_id, _ in policy().react(record(Told(n=3)))]
    assert len({command_id for command_id, _ in first} | set(again)) == 6


def test_ids_stay_the_same_for_years():
    (asked,) = policy().react(record(Told(), UUID(int=7)))
    assert asked[1] == UUID("a759c287-8020-5a27-b7fc-c4013e116956")


def test_two_services_and_two_reactions_never_share_an_id():
    told = record(Told(), UUID(int=7))
    ids = set()
    for service in ("mash", "assessment"):
        made = Policy(service)

        @made.on(Told)
        def one(event: Told, record: Record) -> Do:
            return Do()

        @made.on_every()
        def every(event: Event, record: Record) -> Do:
            return Do()

        ids |= {command_id for _, command_id, _ in made.react(told)}
    assert len(ids) == 4


def test_what_a_command_does_not_say_of_time_is_the_events_own():
    (asked,) = policy().react(record(Told()))
    assert (asked[2].happened, asked[2].known) == (HAPPENED, KNOWN)


@pytest.mark.parametrize(
    ("said", "happened", "known"),
    [
        ({"known": KNOWN + timedelta(hours=1)}, HAPPENED, KNOWN + timedelta(hours=1)),
        ({"happened": HAPPENED - timedelta(days=1)}, HAPPENED - timedelta(days=1), KNOWN),
        ({"happened": RECORDED}, RECORDED, RECORDED),  # never known before it happened
        ({"happened": KNOWN, "known": RECORDED}, KNOWN, RECORDED),
    ],
)
def test_what_a_command_says_of_time_stays(said, happened, known):
    made = Policy("assessment")

    @made.on(Told)
    def react(event: Told, record: Record) -> Do:
        return Do(**said)

    (asked,) = made.react(record(Told()))
    assert (asked[2].happened, asked[2].known) == (happened, known)


def test_a_reaction_may_ask_for_nothing_and_others_events_ask_for_nothing():
    made = Policy("assessment")

    @made.on(Told)
    def nothing(event: Told, record: Record) -> None:
        return None

    assert made.react(record(Told())) == []
    assert policy().react(record(Untold())) == []


def test_a_refusal_means_what_is_said_of_its_reason_then_of_its_rules_then_otherwise():
    task = TaskFor("team_manager")
    (step,) = policy(already_open=AlreadySo, M5=task, otherwise=TaskFor("mash_manager")).reactions(Told())
    assert step.meaning(("already_open", "M5")) is AlreadySo
    assert step.meaning(("", "M9", "M5")) == task
    assert step.meaning(("", "M9")) == TaskFor("mash_manager")
    (silent,) = policy().reactions(Told())
    assert silent.meaning(("already_open", "M5")) is None


def test_a_task_is_for_a_role_that_a_person_can_have():
    for role in ("teem_manager", "service", ""):
        with pytest.raises(ValueError, match="no role of a person"):
            TaskFor(role)


def test_two_reactions_of_one_name_would_share_their_ids_and_are_refused():
    made = policy()

    def react(event: Told, record: Record) -> Do:
        return Do()

    def _(event: Told, record: Record) -> Do:
        return Do()

    for nameless in (react, _, lambda _event, _record: Do()):
        with pytest.raises(ValueError, match="name of its own"):
            made.on(Untold)(nameless)


def test_a_reaction_to_several_events_is_one_but_never_twice_to_the_same():
    made = Policy("assessment")

    def both(event: Event, record: Record) -> Do:
        return Do()

    made.on(Told)(both)
    made.on(Untold)(both)
    assert len(made.react(record(Told()))) == len(made.react(record(Untold()))) == 1
    with pytest.raises(ValueError, match="twice"):
        made.on(Told)(both)
    with pytest.raises(ValueError, match="twice"):
        made.on_every()(both)


def test_a_corrected_fact_is_judged_by_the_same_reactions_as_it_is_right() -> None:
    policy = Policy("test_policy")

    @policy.on(Told)
    def do(event: Told, record: Record) -> Do:
        return Do(n=event.n, happened=record.happened_at)

    @policy.on_every()
    def every(_event: Event, _record: Record) -> Do:
        return Do(n=0)

    old = record(Told(happened_at=HAPPENED))
    moved = HAPPENED - timedelta(hours=3)
    right = record(correction_of(old, Told(n=2, happened_at=moved), None))
    [(reaction, asked)] = policy.react_anew(right)
    assert (reaction.name, asked) == ("do", [Do(n=2, happened=moved, known=moved)])
    assert policy.react_anew(record(correction_of(old, None, None))) == [(reaction, [])]
    assert policy.react_anew(old) == []
    other = record(correction_of(record(Untold(happened_at=HAPPENED)), None, None))
    assert policy.react_anew(other) == []
    assert [each.name for each, _, _ in policy.react(right)] == ["every"]
    assert policy.reacts_to("team.RecordCorrected")
    given_policy(policy).when_recorded(right).then_anew(Do(n=2, happened=moved, known=moved))
    known = record(correction_of(old, Told(happened_at=moved), None, known_at=HAPPENED))
    given_policy(policy).when_recorded(known).then_anew(Do(n=1, happened=moved, known=HAPPENED))


def test_without_a_reaction_to_an_event_no_correction_is_read() -> None:
    policy = Policy("test_policy")
    assert not policy.reacts_to("team.RecordCorrected")
    policy.on(Told, corrected=AlreadySo)(asks_nothing)
    assert policy.reacts_to("team.RecordCorrected")


def asks_nothing(_event: Told, _record: Record) -> None:
    """Asks for nothing."""
