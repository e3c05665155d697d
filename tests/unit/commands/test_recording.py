"""Misses are the team's own word, and known no sooner than they happened, whoever's act brings them to light."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.mash.rules import RULES
from services.mash.streams.contact import contact
from services.mash.streams.open_case import open_case
from shared.access.policy import AccessPolicy
from shared.commands.decision import context_of, decide
from shared.commands.loading import LoadedStream, Subject
from shared.commands.recording import Decided, EventRecorder
from shared.commands.request import Request
from shared.commands.targets import Target
from shared.commands.wiring import Wiring
from shared.domain.actors import Actor
from shared.domain.clock_facts import DeadlineMissed
from shared.domain.codec import decode
from shared.domain.command import Command
from shared.domain.event import Envelope, Record
from shared.domain.instants import london
from shared.domain.stream_state import StreamState
from shared.eventstore.append import NewEvent
from shared.team.authorisation import Membership
from shared.team.deadlines import VaryDeadline
from shared.testing.facts import CHILD, THING, actor, record
from tests.unit.mash.contacts import ACKNOWLEDGE, RECEIVE

RECEIVED = london(2026, 4, 2, 16, 40)
DUE = london(2026, 4, 8)
NOW = london(2026, 4, 9, 9)
MANAGER = actor("mash_manager", "Ana Lim")
TEAM = Actor.service("mash", "childrens_social_care")
A_MANAGER = Membership(of_the_team=True, manages=True)
ACCESS = AccessPolicy.read(Path(__file__).parents[3] / "services")
STREAM = UUID(int=5)


def placed(
    command: Command, now: datetime, happened: datetime, before: StreamState
) -> tuple[StreamState, list[NewEvent]]:
    """What a command writes, as the service places it."""
    request = replace(Request.of(command, uuid4(), MANAGER, now), happened_at=happened, known_at=happened)
    target = Target(STREAM, CHILD, THING)
    streams = {"contact": LoadedStream(contact, target, before)}
    subject = Subject(contact, target, streams)
    decided = Decided(request.command_id)
    context = context_of(request, subject, [subject], A_MANAGER, RULES)
    events = decide(command, subject, context, {"contact": contact, "open_case": open_case})
    EventRecorder("mash", TEAM, Wiring([contact, open_case]), ACCESS, lambda _record: None).record(
        decided, request, subject, events
    )
    return decided.folded[STREAM], decided.rows[STREAM][1]


RECEIVED_CONTACT, _ = placed(RECEIVE, RECEIVED, RECEIVED, StreamState(0, contact.state))


@pytest.mark.parametrize(
    ("command", "happened"),
    [
        pytest.param(VaryDeadline(rule="M1", due=london(2026, 4, 20), reason="Closed."), NOW, id="varied"),
        pytest.param(
            VaryDeadline(rule="M1", due=london(2026, 4, 20), reason="Closed."),
            RECEIVED + timedelta(hours=1),
            id="varied, and written down days later",
        ),
        pytest.param(ACKNOWLEDGE, RECEIVED + timedelta(hours=1), id="another act written down days later"),
    ],
)
def test_a_miss_is_the_teams_own_word_and_known_when_it_happened_at_the_earliest(
    command: Command, happened: datetime
) -> None:
    _, rows = placed(command, NOW, happened, RECEIVED_CONTACT)
    read = [decode(row.name, row.state) for row in rows]
    [(miss, envelope)] = [one for one in read if isinstance(one[0], DeadlineMissed) and one[0].rule == "M1"]
    team = Actor.service("mash", "childrens_social_care")
    assert (miss.happened_at, envelope.known) == (DUE.astimezone(UTC), max(happened, DUE).astimezone(UTC))
    assert (envelope.actor, envelope.role, envelope.agency) == (str(team.id), team.role, team.agency)
    assert not envelope.late
    others = [one for one in read if not isinstance(one[0], DeadlineMissed)]
    assert [(about.actor, about.known, about.late) for _, about in others] == [
        (str(MANAGER.id), happened.astimezone(UTC), happened < NOW)
    ]


# -- who recorded what a policy made


def recorded(cause: Record | None, by: Actor) -> Envelope:
    """The envelope of what follows from an event."""
    request = Request.of(RECEIVE, uuid4(), by, NOW, cause)
    target = Target(STREAM, CHILD, THING)
    subject = Subject(
        contact, target, {"contact": LoadedStream(contact, target, StreamState(0, contact.state))}
    )
    decided = Decided(request.command_id)
    context = context_of(request, subject, [subject], A_MANAGER, RULES)
    events = decide(RECEIVE, subject, context, {"contact": contact, "open_case": open_case})
    EventRecorder("mash", TEAM, Wiring([contact, open_case]), ACCESS, lambda _record: None).record(
        decided, request, subject, events
    )
    row = decided.rows[STREAM][1][0]
    return decode(row.name, row.state)[1]


def test_a_policy_records_for_the_person_at_the_root():
    officer = replace(actor("police_officer"), agency="police", organisation="Vulnerability desk")
    by_person = record(DeadlineMissed(rule="M1", started_by=uuid4(), due_at=DUE), at=NOW, by=officer)
    first = recorded(by_person, TEAM)
    assert (first.agency, first.organisation) == (TEAM.agency, None)
    assert first.recorder == ("police", "Vulnerability desk")
    second = recorded(replace(by_person, envelope=first), TEAM)
    assert second.recorder == ("police", "Vulnerability desk")
    assert second.causation == first.id


def test_nothing_is_kept_of_a_recorder_who_is_the_actor_or_of_the_same_agency():
    by_colleague = record(
        DeadlineMissed(rule="M1", started_by=uuid4(), due_at=DUE),
        at=NOW,
        by=replace(MANAGER, agency=TEAM.agency),
    )
    for envelope in (recorded(None, MANAGER), recorded(by_colleague, TEAM)):
        assert (envelope.recorded_by_agency, envelope.recorded_by_organisation) == (None, None)
        assert envelope.recorder == (envelope.agency, envelope.organisation)
    of_a_school = replace(MANAGER, agency=TEAM.agency, organisation="A school")
    by_school = record(DeadlineMissed(rule="M1", started_by=uuid4(), due_at=DUE), at=NOW, by=of_a_school)
    assert recorded(by_school, TEAM).recorder == (TEAM.agency, "A school")
