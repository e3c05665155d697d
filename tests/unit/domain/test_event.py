"""Events as they are stored: the open part and its envelope, versions, and what never gets into either."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.clock_facts import DeadlineMissed, DeadlineVaried, VariedText
from shared.domain.codec import UnknownEvent, decode, encode, sealed_bytes
from shared.domain.event import Envelope, Event, Record, Sealed, event_types, keyed
from shared.domain.instants import Instant
from shared.domain.marks import Sets, Starts
from shared.domain.rules import Deadline
from shared.infrastructure.ids import new_event_id

AT = datetime(2026, 4, 2, 15, 40, tzinfo=UTC)
CHILD = UUID(int=7)
DUE = Deadline(AT, AT + timedelta(days=1), "M5", "rules 2026; calendar EW-2026")


class NoteText(Sealed):
    words: str
    author: str | None = None


class Noted(Event, name="test_event.Noted", text=NoteText, crosses=True, sensitivity="restricted"):
    code: str
    on: date | None = None
    about: tuple[UUID, ...] = ()


class Bare(Event, name="test_event.Bare"):
    pass


class Dated(Event, name="test_event.Dated", meets=("M1",), ends=("M2",)):
    due: Annotated[Deadline, Starts("M5", of="")]
    tell: Annotated[Deadline, Starts("M3", of="")] | None = None
    third: Annotated[Deadline | None, Sets("M4")] = None
    words: str | None = None


class Grown(Event, name="test_event.Grown", version=3):
    """Version 1 had `kind`; version 2 called it `code`; version 3 has `codes`."""

    codes: list[str]
    source: str

    @staticmethod
    def upcast_v1_v2(state: dict) -> None:
        state["code"] = state.pop("kind")

    @staticmethod
    def upcast_v2_v3(state: dict) -> None:
        state["codes"] = [state.pop("code")]
        state["source"] = "unknown"


def envelope(**more) -> Envelope:
    return Envelope(
        **{
            "id": str(UUID(int=1)),
            "known_at": AT.isoformat(),
            "actor": str(UUID(int=2)),
            "role": "mash_manager",
            "agency": "childrens_social_care",
            "purpose": "safeguarding",
            "basis": "public_task",
            "correlation": str(UUID(int=3)),
            "command": str(UUID(int=3)),
        }
        | more
    )


def test_an_event_comes_back_as_it_went():
    event = Noted(child=CHILD, happened_at=AT, code="noted", on=date(2026, 4, 2), about=(UUID(int=8),))
    assert decode("test_event.Noted", encode(event, envelope())) == (event, envelope())


@given(
    st.builds(
        Dated,
        child=st.none() | st.uuids(),
        happened_at=st.none()
        | st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
        due=st.just(DUE),
        tell=st.none() | st.just(DUE),
        words=st.none() | st.text(),
    ),
    st.builds(
        envelope,
        organisation=st.none() | st.text(min_size=1),
        causation=st.none() | st.uuids().map(str),
        thing=st.none() | st.uuids().map(str),
        trace=st.none() | st.text(min_size=1),
        sensitivity=st.sampled_from(["ordinary", "restricted", "sealed"]),
        late=st.booleans(),
    ),
)
def test_whatever_it_says_it_comes_back(event, about):
    state = encode(event, about)
    orjson.loads(state)
    assert decode("test_event.Dated", state) == (event, about)


def test_an_event_that_says_nothing_is_json_too():
    assert orjson.loads(encode(Bare(), envelope()))["envelope"]["role"] == "mash_manager"
    assert decode("test_event.Bare", encode(Bare(), envelope()))[0] == Bare()


def test_the_stored_form_is_pinned():
    """Logs and topics hold these bytes for years: what is absent is left out, a version past 1 is said."""
    assert encode(Noted(child=CHILD, happened_at=AT, code="noted"), envelope(late=True)) == (
        b'{"child":"00000000-0000-0000-0000-000000000007","happened_at":"2026-04-02T15:40:00Z","code":"noted",'
        b'"about":[],"envelope":{"id":"00000000-0000-0000-0000-000000000001",'
        b'"known_at":"2026-04-02T15:40:00+00:00","actor":"00000000-0000-0000-0000-000000000002",'
        b'"role":"mash_manager","agency":"childrens_social_care","purpose":"safeguarding","basis":"public_task",'
        b'"correlation":"00000000-0000-0000-0000-000000000003","command":"00000000-0000-0000-0000-000000000003",'
        b'"sensitivity":"ordinary","late":true}}'
    )
    assert orjson.loads(encode(Grown(codes=[], source="x"), envelope()))["class_version"] == 3
    assert "class_version" not in orjson.loads(encode(Bare(), envelope()))


def test_the_envelope_leaves_out_what_it_does_not_know():
    about = orjson.loads(encode(Bare(), envelope()))["envelope"]
    assert not {"organisation", "causation", "thing", "trace", "late"} & set(about)


def test_the_envelope_in_types():
    thing = uuid4()
    about = envelope(thing=str(thing))
    assert (about.event_id, about.command_id, about.thing_id) == (UUID(int=1), UUID(int=3), thing)
    assert about.known == AT
    assert envelope().thing_id is None


def test_what_a_newer_program_adds_to_the_envelope_is_passed_over():
    state = orjson.loads(encode(Bare(), envelope()))
    state["envelope"]["retention"] = "25y"
    assert decode("test_event.Bare", orjson.dumps(state)) == (Bare(), envelope())


@pytest.mark.parametrize("kind", ["first", "second", "third"])
def test_old_versions_are_brought_up(kind):
    stored = {
        "first": {"kind": "x"},
        "second": {"code": "x", "class_version": 2},
        "third": {"codes": ["x"], "source": "unknown", "class_version": 3},
    }[kind]
    about = orjson.loads(encode(Bare(), envelope()))["envelope"]
    event, _ = decode("test_event.Grown", orjson.dumps(stored | {"envelope": about}))
    assert event == Grown(codes=["x"], source="unknown")


@pytest.mark.parametrize(("name", "version"), [("test_event.Never", 1), ("test_event.Grown", 4)])
def test_what_is_not_known_here_is_not_guessed(name, version):
    about = orjson.loads(encode(Bare(), envelope()))["envelope"]
    with pytest.raises(UnknownEvent) as caught:
        decode(name, orjson.dumps({"class_version": version, "new": 1, "envelope": about}))
    assert (caught.value.name, caught.value.version) == (name, version)
    assert "deploy" in str(caught.value)


def test_a_field_that_a_later_program_added_is_left_alone():
    about = orjson.loads(encode(Bare(), envelope()))["envelope"]
    event, _ = decode("test_event.Bare", orjson.dumps({"added": "later", "envelope": about}))
    assert event == Bare()


def test_a_field_of_the_wrong_kind_is_refused_without_repeating_it():
    about = orjson.loads(encode(Bare(), envelope()))["envelope"]
    with pytest.raises(ValidationError) as caught:
        decode("test_event.Bare", orjson.dumps({"child": "Ava Moss", "envelope": about}))
    assert "Moss" not in str(caught.value)


def test_what_is_sealed_is_never_in_the_open_part_nor_shown():
    event = Noted(code="noted", sealed=NoteText(words="Ava said so"))
    assert b"Ava" not in encode(event, envelope())
    assert b"sealed" not in encode(event, envelope())
    assert "Ava" not in repr(event)
    assert decode("test_event.Noted", encode(event, envelope()))[0].sealed is None
    assert orjson.loads(sealed_bytes(event, "Kit Rowe")) == {
        "words": "Ava said so",
        "recorded_by": "Kit Rowe",
    }


def test_without_text_and_name_nothing_is_sealed():
    assert sealed_bytes(Bare(), "") is None
    assert orjson.loads(sealed_bytes(Bare(), "Kit Rowe")) == {"recorded_by": "Kit Rowe"}


def test_a_fact_left_to_the_command_gets_its_child_and_moment():
    placed = Bare().placed(child=CHILD, happened_at=AT)
    assert (placed.child, placed.happened_at) == (CHILD, AT)
    said = Bare(child=UUID(int=8), happened_at=AT - timedelta(1))
    assert said.placed(child=CHILD, happened_at=AT) is said
    assert Bare(happened_at=AT).placed(child=None, happened_at=AT).child is None


def test_the_child_is_the_subject_else_the_stream():
    assert Bare(child=CHILD).subject(UUID(int=1)) == CHILD
    assert Bare().subject(UUID(int=1)) == UUID(int=1)


def test_every_deadline_field_says_something_to_the_clock_that_its_type_names():
    tell = Deadline(AT, AT, "M3", "x")
    third = Deadline(AT, AT, "M4", "x")
    said = [("M1", "act"), ("M2", "end"), ("M5", "start"), ("M3", "start"), ("M4", "set")]
    made = Dated(due=DUE, tell=tell, third=third, happened_at=AT)
    assert [(mark.rule, mark.kind) for mark in made.marks()] == said
    assert [mark.deadline for mark in made.marks()] == [None, None, DUE, tell, third]
    assert Bare().marks() == ()
    again, _ = decode("test_event.Dated", encode(made, envelope()))
    assert again.marks() == made.marks()


def test_what_the_class_says_of_its_clocks():
    assert (Dated(due=DUE).clocks_met(), Dated(due=DUE).clocks_ended()) == (("M1",), ("M2",))
    assert (True, NoteText, "restricted") == (Noted.CROSSES, Noted.TEXT, Noted.SENSITIVITY)


def test_a_stored_name_belongs_to_one_event():
    assert event_types()["test_event.Bare"] is Bare
    with pytest.raises(TypeError, match="two events are called"):

        class Another(Event, name="test_event.Bare"):
            pass

    assert event_types()["test_event.Bare"] is Bare


def test_a_version_without_its_upcaster_is_told_at_once():
    with pytest.raises(TypeError, match="upcast_v1_v2"):

        class Hasty(Event, name="test_event.Hasty", version=2):
            pass

    assert "test_event.Hasty" not in event_types()


def test_a_fixed_field_that_is_none_is_told_at_once():
    class Firm(Event, name="test_event.Firm", text=NoteText, fixed=("level", "words")):
        level: int

    assert Firm.FIXED == ("level", "words")
    assert Bare.FIXED is None
    with pytest.raises(TypeError, match="has no field lvel that could be fixed"):

        class Loose(Event, name="test_event.Loose", fixed=("lvel",)):
            level: int

    assert "test_event.Loose" not in event_types()


def test_a_sealed_part_declared_as_a_field_is_told_at_once():
    with pytest.raises(TypeError, match="text="):

        class Leaky(Event, name="test_event.Leaky"):
            sealed: NoteText | None = None

    assert "test_event.Leaky" not in event_types()


def test_a_reason_for_varying_is_sealed_and_a_miss_says_all_in_the_open():
    varied = DeadlineVaried(
        rule="M1", started_by=CHILD, was_due_at=AT, due_at=AT, sealed=VariedText(reason="Ava ill")
    )
    assert b"ill" not in encode(varied, envelope())
    missed = DeadlineMissed(rule="M1", started_by=CHILD, due_at=AT)
    assert decode(missed.NAME, encode(missed, envelope()))[0] == missed


def test_ids_sort_by_when_they_were_made_and_are_of_version_7():
    first = new_event_id()
    ids = {new_event_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(each.version == 7 and each.variant == "specified in RFC 4122" for each in ids)
    assert all(each.int >> 80 >= first.int >> 80 for each in ids)


def test_a_record_happened_when_its_event_did_else_when_it_was_recorded():
    later = AT + timedelta(hours=1)
    place = {"service": "mash", "stream": CHILD, "version": 1, "position": 1, "recorded_at": later}
    assert Record(Bare(happened_at=AT), envelope(), **place).happened_at == AT
    assert Record(Bare(), envelope(), **place).happened_at == later


class SentToOne(Event, name="test_event.SentToOne", intake="safeguarding.one-intake.v1", fixed=()):
    """Sent to one team alone."""


class Heard(
    Event,
    name="test_event.Heard",
    meets=("L1",),
    meets_at={"L1": "received_at"},
    fixed=(),
):
    """Meets a rule at another moment than when it happened."""

    received_at: Instant


def test_what_is_sent_to_one_team_alone_crosses_to_no_other_and_has_an_order_of_its_own():
    event = SentToOne(child=CHILD)
    assert event.is_published(walled=False)
    assert not SentToOne.may_cross(walled=False)
    assert event.key(CHILD) == keyed(CHILD, SentToOne.INTAKE) != CHILD
    assert Noted(child=CHILD, code="x").key(UUID(int=9)) == CHILD
    assert Noted(code="x").key(UUID(int=9)) == UUID(int=9)
    with pytest.raises(TypeError, match="one team alone"):

        class _Both(Event, name="test_event.Both", crosses=True, intake="safeguarding.one-intake.v1"):
            pass


def test_a_rule_may_be_met_at_another_moment_than_when_it_happened():
    received = AT + timedelta(hours=3)
    [mark] = Heard(child=CHILD, happened_at=AT, received_at=received).marks()
    assert (mark.rule, mark.at) == ("L1", received)
    with pytest.raises(TypeError, match="does not meet or have it"):

        class _Never(Event, name="test_event.Never", meets_at={"L1": "happened_at"}):
            pass
