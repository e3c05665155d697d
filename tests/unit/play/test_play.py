"""Playing: the order in which a play does things, quiet, and going on from the journal."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from deploy.play.case_types import (
    By,
    Case,
    CasePerson,
    CaseRelation,
    CaseStep,
    Expected,
    Label,
)
from deploy.play.errors import CannotGoOn, ServiceAway
from deploy.play.journal import Done, Journal
from deploy.play.play import Job, Play, Played, Wait, agenda
from deploy.play.quiet import Progress, earliest_due, what_failed, what_moves

sys.path.insert(0, str(Path(__file__).parent))
from stack_double import REFUSE, Double

JO = By("Jo Bell", "mash_screener", "childrens_social_care")
NOTHING = Expected()


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


def step(number: int, when: datetime, do: str | None = "mash.Do", **more) -> CaseStep:
    return CaseStep(number, 10 + number, when, do, JO if do else None, **more)


def case(
    *steps: CaseStep, people: tuple[CasePerson, ...] = (), expected: Expected = NOTHING, digest: str = "d"
) -> Case:
    return Case("a-case", Path("a-case.yaml"), digest, "A case", people, steps, expected)


async def played(double: Double, a_case: Case, directory: Path, patience: float = 2.0) -> Played:
    async with double.services(patience) as services:
        return await Play(a_case, services, directory, patience=patience).run()


# -- quiet


def look(**more) -> Progress:
    return Progress.model_validate({"service": "mash", "now": at(1), "head": 5, "relayed": 5, **more})


@pytest.mark.parametrize(
    "more",
    [
        {"relayed": 4},
        {"views": {"board": 4}},
        {"in_flight": 1},
        {"claimed": 1},
        {"held": 1},
    ],
)
def test_whatever_is_on_its_way_is_not_quiet(more):
    assert what_moves([look(), look(**more)])


def test_a_reader_must_be_beyond_the_last_acknowledged_offset():
    writer = look(acknowledged={"t/0": 7, "t/1": 3})
    assert what_moves([writer, look(consumed={"t/0": 8})]) == []
    assert what_moves([writer, look(consumed={"t/0": 7})]) == ["mash has read t/0 to 7 of 8"]
    assert what_moves([writer, look(consumed={"t/0": 0}, acknowledged={"t/0": 0})])
    assert what_moves([look(), look(consumed={"t/0": 0})]) == []


def test_what_is_due_and_what_failed():
    later, sooner = look(next_due=at(3)), look(next_due=at(2))
    assert earliest_due([later, sooner], at(2)) == at(2)
    assert earliest_due([later, sooner], at(1)) is None
    assert sooner.due is False
    assert look(next_due=at(1)).due is True
    assert what_failed([look(view_errors={"board": "no column x"})]) == [
        "mash: view board stopped: no column x"
    ]
    assert what_failed([look(view_errors={})]) == []


# -- the order of things


def test_people_come_first_then_how_they_are_related_then_the_steps():
    grace = CasePerson("grace", {"kind": "adult"}, 3, (CaseRelation("amara", {"person": Label("grace")}, 3),))
    people = (CasePerson("amara", {"kind": "child"}, 2), grace)
    jobs = agenda(case(step(1, at(1), label="contact"), step(2, at(2), None), people=people))
    assert [(job.key, job.label, job.about, job.at) for job in jobs if isinstance(job, Job)] == [
        ("case/a-case/person/1", "amara", (), at(1)),
        ("case/a-case/person/2", "grace", (), at(1)),
        ("case/a-case/relation/1", None, ("amara",), at(1)),
        ("case/a-case/step/1", "contact", (), at(1)),
    ]
    assert jobs[-1] == Wait("case/a-case/step/2", at(2))
    relation = jobs[2]
    assert isinstance(relation, Job)
    assert relation.by.role == "business_support"
    assert relation.body({"amara": "A", "grace": "G"})["with"] == {"person": "G"}
    assert relation.body({"amara": "A", "grace": "G"})["about"] == ["A"]


async def test_deadlines_on_the_way_fire_each_at_its_own_instant(tmp_path):
    double = Double()
    await played(
        double, case(step(1, at(1, 9)), step(2, at(1, 12)), step(3, at(5, 9)), step(4, at(7), None)), tmp_path
    )
    assert double.story == [
        "mash.Do at 01 09:00",
        "mash.Do at 01 12:00",
        "fired due 02 09:00 at 02 09:00",
        "fired due 02 12:00 at 02 12:00",
        "mash.Do at 05 09:00",
        "fired due 06 09:00 at 06 09:00",
    ]
    assert double.now == {"mash": at(7), "chronology": at(7)}


async def test_a_deadline_at_the_very_instant_of_a_step_fires_before_it(tmp_path):
    double = Double()
    await played(double, case(step(1, at(1, 9)), step(2, at(2, 9))), tmp_path)
    assert double.story[1:] == ["fired due 02 09:00 at 02 09:00", "mash.Do at 02 09:00"]


async def test_labels_become_the_ids_that_were_answered(tmp_path):
    double = Double()
    people = (CasePerson("amara", {"kind": "child"}, 2),)

    def register_on_mash(request: httpx.Request) -> None:
        request.url = request.url.copy_with(host="mash") if request.url.host == "people" else request.url

    async with double.services() as services:
        services.urls = {**services.urls, "people": "http://people"}
        double.now["people"] = None
        double.fails = register_on_mash
        steps = (
            step(1, at(1, 9), about=("amara",), label="contact"),
            step(
                2, at(1, 10), "mash.Late", re="contact", fields={"given_by": Label("amara")}, label="consent"
            ),
        )
        result = await Play(case(*steps, people=people), services, tmp_path, patience=2).run()
    assert double.bodies["case/a-case/step/2"] == {
        "about": [],
        "re": result.ids["contact"],
        "with": {"given_by": result.ids["amara"]},
        "happened": None,
        "known": None,
    }
    assert result.late == {"consent": 12}
    # Everybody signs in once, before what they do first.
    assert sorted(double.signed_in) == sorted({"business_support", *(one.by.role for one in steps)})
    assert result.differences == []


async def test_a_refusal_that_was_expected_is_no_difference(tmp_path):
    result = await played(Double(), case(step(1, at(1)), step(2, at(1, 1), REFUSE, refused="M5")), tmp_path)
    assert result.differences == []


@pytest.mark.parametrize(
    ("steps", "double", "words"),
    [
        (
            [step(1, at(1), REFUSE, refused="M16")],
            Double(),
            "to be refused by M16, and was refused otherwise",
        ),
        ([step(1, at(1), REFUSE)], Double(), "mash.Refuse was refused: 409 [M5, E9] not twice"),
        ([step(1, at(1), refused="M5")], Double(), "to be refused by M5, and was taken"),
        (
            [step(1, at(1), REFUSE, refused="M5")],
            Double(grows_on_refusal=True),
            "refused and yet something changed in chronology, mash",
        ),
    ],
)
async def test_what_a_step_does_otherwise_than_the_file_says_is_a_difference(tmp_path, steps, double, words):
    result = await played(double, case(*steps), tmp_path)
    (one,) = result.differences
    assert one.line == 11
    assert words in one.text


async def test_a_step_whose_label_was_refused_is_not_played_and_the_play_goes_on(tmp_path):
    double = Double()
    steps = (step(1, at(1), REFUSE, label="check"), step(2, at(2), re="check"), step(3, at(3)))
    result = await played(double, case(*steps), tmp_path)
    assert [one.line for one in result.differences] == [11, 12]
    assert "there is no `check`" in result.differences[1].text
    assert double.story[-1] == "mash.Do at 03 00:00"


async def test_a_service_that_is_away_is_asked_again_with_the_same_key(tmp_path):
    double, keys = Double(), []

    def lost(request: httpx.Request) -> httpx.Response | None:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return None
        keys.append(key)
        if len(keys) == 1:
            double._command(
                "mash.Do", key, {"about": [], "re": None, "with": {}, "happened": None, "known": None}
            )
            raise httpx.ReadError("reset", request=request)  # it was done, and the answer was lost
        return httpx.Response(503, json={}) if len(keys) == 2 else None

    double.fails = lost
    result = await played(double, case(step(1, at(1), label="contact")), tmp_path)
    assert keys == ["case/a-case/step/1"] * 3
    assert double.story == ["mash.Do at 01 00:00"]
    assert result.differences == []


async def test_a_service_that_stays_away_ends_the_play(tmp_path):
    double = Double(fails=lambda _request: httpx.Response(503, json={"detail": "the database is away"}))
    with pytest.raises(ServiceAway, match=r"did not answer for .* the database is away"):
        await played(double, case(step(1, at(1))), tmp_path, patience=0.1)


async def test_what_is_parked_ends_the_play_and_is_named(tmp_path):
    with pytest.raises(CannotGoOn, match="chronology: an event from mash of key k1 is parked: boom"):
        await played(Double(parked=1), case(step(1, at(1))), tmp_path)


async def test_a_stack_that_does_not_come_to_rest_ends_the_play_and_says_what_moves(tmp_path):
    with pytest.raises(CannotGoOn, match="not quiet after 0 s: chronology has read mash/0 to 0 of 1"):
        await played(Double(slow=True), case(step(1, at(1))), tmp_path, patience=0.1)


async def test_a_clock_ahead_of_the_case_is_told(tmp_path):
    double = Double(now={"mash": at(9), "chronology": at(9)})
    with pytest.raises(CannotGoOn, match="never goes back"):
        await played(double, case(step(1, at(1))), tmp_path)


# -- going on


async def test_a_play_goes_on_where_it_stopped(tmp_path):
    steps = (
        step(1, at(1), "mash.Late", label="contact"),
        step(2, at(1, 1), REFUSE),
        step(3, at(2), None),
        step(4, at(3), re="contact"),
    )
    whole = Double()
    expected = await played(whole, case(*steps), tmp_path / mkdir(tmp_path, "whole"))
    double = Double()
    double.fails = lambda request: httpx.Response(503) if request.url.path.endswith("Do") else None
    with pytest.raises(ServiceAway):
        await played(double, case(*steps), tmp_path / mkdir(tmp_path, "cut"), patience=1)
    double.fails = lambda _request: None
    result = await played(double, case(*steps), tmp_path / "cut")
    again = await played(double, case(*steps), tmp_path / "cut")
    assert double.story == whole.story
    for one in (result, again):
        assert (one.ids, one.late, one.differences) == (expected.ids, expected.late, expected.differences)


def mkdir(tmp_path: Path, name: str) -> str:
    (tmp_path / name).mkdir()
    return name


def test_a_line_cut_short_by_a_kill_is_played_again(tmp_path):
    with Journal(tmp_path, case()) as journal:
        journal.note(Done(key="one", id="1"))
        path = journal.path
    path.write_bytes(path.read_bytes() + b'{"key": "tw')
    with Journal(tmp_path, case()) as journal:
        assert list(journal.done) == ["one"]
        journal.note(Done(key="two"))
    with Journal(tmp_path, case()) as journal:
        assert list(journal.done) == ["one", "two"]


def test_a_case_that_changed_is_not_played_on(tmp_path):
    with Journal(tmp_path, case()):
        pass
    with pytest.raises(CannotGoOn, match="has changed since it was played"):
        Journal(tmp_path, case(digest="other"))
