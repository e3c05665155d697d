"""The child's file: supervision, audits, copies given, decisions on sharing; each with who may and what refuses it."""

from dataclasses import replace
from datetime import date
from typing import Any, get_args
from uuid import UUID

import pytest

from shared.domain.code_lists import AuditWhat, Document, LawfulBasis, SupervisionKind, ToldHow
from shared.domain.command import Command
from shared.domain.decider import Context, Per, RecordedStep, Stream
from shared.domain.event import Event
from shared.domain.fields import Professional
from shared.domain.instants import london
from shared.domain.rules import Rulebook
from shared.team.child_file import child_file, with_child_file
from shared.team.oversight import (
    AuditAction,
    AuditRecorded,
    AuditText,
    RecordAudit,
    RecordSupervision,
    SupervisionRecorded,
    SupervisionText,
)
from shared.team.sharing import (
    CopyGiven,
    CopyText,
    DisclosureDecided,
    DisclosureText,
    NotGiven,
    RecordCopyGiven,
    RecordDisclosureDecision,
)
from shared.team.step_ref import StepRef
from shared.testing.deciders import decider
from shared.testing.facts import ADULT, CHILD, SIBLING, THING, actor

NOW = london(2026, 4, 14, 10)
MANAGER, COLLEAGUE = actor("mash_manager", "Mo Diaz"), actor("mash_social_worker", "Sam Cole")
OFFICER = actor("police_officer", "PC Hale")
ELM, OAK = (actor("designated_safeguarding_lead", organisation=each) for each in ("Elm School", "Oak School"))
BY_POLICE = RecordedStep(UUID(int=1), THING, ("police", None), frozenset({OFFICER.id, MANAGER.id}))
BY_ELM = RecordedStep(UUID(int=2), THING, ("education", "Elm School"), frozenset({ELM.id}))
given = decider(child_file, Rulebook((), edition="test"), steps=[BY_POLICE, BY_ELM]).given
REF = StepRef(step=BY_POLICE.command, thing=THING)
WITHHOLD = RecordDisclosureDecision.model_validate(
    {
        "re": BY_POLICE.command,
        "share": False,
        "with": ["health"],
        "lawful_basis": "vital_interests",
        "reason": "",
    }
)
SHARE = WITHHOLD.model_copy(update={"share": True, "reason": "The nurse sees her weekly."})
AUDIT = RecordAudit(re=BY_POLICE.command, what=AuditWhat.THRESHOLD_DECISION, findings="Sound.")
COPY = RecordCopyGiven(re=BY_POLICE.command, document=Document.ASSESSMENT, to=(ADULT,), how=ToldHow.LETTER)


# -- deciding on sharing


def test_a_decision_to_share_names_with_whom_and_on_which_basis() -> None:
    given().when(SHARE, at=NOW, by=COLLEAGUE).then(
        DisclosureDecided(
            regarding=REF,
            share=True,
            agencies=("health",),
            lawful_basis=LawfulBasis.VITAL_INTERESTS,
            sealed=DisclosureText(reason="The nurse sees her weekly."),
        )
    )


def test_it_may_be_about_the_child_and_no_one_step() -> None:
    about = SHARE.model_copy(update={"re": None, "about": (CHILD,)})
    (decided,) = given().when(about, at=NOW, by=COLLEAGUE).decided
    assert isinstance(decided, DisclosureDecided)
    assert decided.regarding is None


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_not_to_share_needs_the_harm_that_sharing_would_do(reason: str) -> None:
    silent = WITHHOLD.model_copy(update={"reason": reason})
    given().when(silent, at=NOW, by=COLLEAGUE).refused("E5")
    said = WITHHOLD.model_copy(update={"reason": "He would learn where she lives."})
    given().when(said, at=NOW, by=COLLEAGUE).then(
        DisclosureDecided(
            regarding=REF, share=False, agencies=("health",), lawful_basis=LawfulBasis.VITAL_INTERESTS
        )
    )


@pytest.mark.parametrize("command", [SHARE, COPY])
def test_only_who_works_in_the_team_or_recorded_it_there_may(command: Command) -> None:
    given().when(command, at=NOW, by=COLLEAGUE)
    given().when(command, at=NOW, by=OFFICER)  # it was recorded in the name of the police
    given().when(command, at=NOW, by=ELM).refused("E9")
    of_elm = command.model_copy(update={"re": BY_ELM.command})
    assert given().when(of_elm, at=NOW, by=ELM).refusal is None
    given().when(of_elm, at=NOW, by=OAK).refused("E9")  # another school
    given().when(of_elm, at=NOW, by=replace(ELM, organisation=None)).refused("E9")  # of no school by name
    of_no_step = command.model_copy(update={"re": None, "about": (CHILD,)})
    given().when(of_no_step, at=NOW, by=OFFICER).refused("E9")


def test_every_rule_that_forbids_it_is_named() -> None:
    given().when(WITHHOLD, at=NOW, by=ELM).refused("E9", "E5")


# -- copies


def test_a_copy_is_given_on_a_day_or_not_given_and_why() -> None:
    command = COPY.model_copy(
        update={"on": date(2026, 4, 13), "not_given": (NotGiven(who=SIBLING, reason="He is three."),)}
    )
    given().when(command, at=NOW, by=COLLEAGUE).then(
        CopyGiven(
            regarding=REF,
            document=Document.ASSESSMENT,
            to=(ADULT,),
            on=date(2026, 4, 13),
            how=ToldHow.LETTER,
            not_given=(SIBLING,),
            sealed=CopyText(reasons=("He is three.",)),
        )
    )


def test_unless_a_day_is_said_it_was_given_when_it_happened() -> None:
    (decided,) = given().when(COPY, at=NOW, happened=london(2026, 4, 12, 23, 30), by=COLLEAGUE).decided
    assert isinstance(decided, CopyGiven)
    assert decided.on == date(2026, 4, 12)


def test_given_or_why_not() -> None:
    nobody = COPY.model_copy(update={"to": ()})
    given().when(nobody, at=NOW, by=COLLEAGUE).refused("E8")
    why = nobody.model_copy(update={"not_given": (NotGiven(who=ADULT, reason="She cannot be found."),)})
    assert given().when(why, at=NOW, by=COLLEAGUE).refusal is None


def test_no_copy_is_given_on_a_day_to_come() -> None:
    for day, refused in ((14, False), (15, True)):
        story = given().when(COPY.model_copy(update={"on": date(2026, 4, day)}), at=NOW, by=COLLEAGUE)
        assert (story.refusal is not None) == refused
    story.refused("E2")


# -- oversight


def test_supervision_names_the_worker_by_id_alone_outside_the_seal() -> None:
    worker = Professional(id=UUID(int=7), name="Mia Dunn")
    command = RecordSupervision(worker=worker, notes="Drift.", decisions=("See her this week.",))
    given().when(command, at=NOW, by=MANAGER).then(
        SupervisionRecorded(
            worker=UUID(int=7),
            kind=SupervisionKind.CASE,
            sealed=SupervisionText(worker="Mia Dunn", notes="Drift.", decisions=("See her this week.",)),
        )
    )


def test_an_audit_keeps_its_findings_sealed_and_the_days_of_its_actions_open() -> None:
    actions = (AuditAction(what="Train on M3.", by=date(2026, 5, 1)), AuditAction(what="Tell the team."))
    command = AUDIT.model_copy(update={"grade": "Good", "actions": actions})
    given().when(command, at=NOW, by=actor("senior_practitioner")).then(
        AuditRecorded(
            regarding=REF,
            what=AuditWhat.THRESHOLD_DECISION,
            actions_by=(date(2026, 5, 1), None),
            sealed=AuditText(findings="Sound.", grade="Good", actions=("Train on M3.", "Tell the team.")),
        )
    )


def test_nobody_audits_what_they_took_part_in() -> None:
    given().when(AUDIT, at=NOW, by=MANAGER).refused("E10")
    of_the_child = AUDIT.model_copy(update={"re": None, "about": (CHILD,)})
    assert given().when(of_the_child, at=NOW, by=MANAGER).refusal is None


# -- a team that writes more on it


class Told(Event, name="test_child_file.PoliceTold"):
    pass


class TellPolice(Command, name="mash.TellPolice"):
    pass


def tell(_command: TellPolice, state: int, _context: Context) -> list[Told]:
    return [Told()] if state == 0 else []


def own(**changed: Any) -> Stream:
    parts: dict[str, Any] = {
        "name": "child_file",
        "state": 0,
        "evolve": lambda state, _event: state + 1,
        "decide": tell,
        "commands": TellPolice,
        "events": Told,
        "per": Per.CHILD,
    }
    return Stream(**parts | changed)


def test_a_teams_own_child_file_has_what_every_team_has_too() -> None:
    (joined,) = with_child_file([own()])
    assert set(joined.command_types()) == {TellPolice, *get_args(child_file.commands)}
    assert set(joined.event_types()) == {Told, *get_args(child_file.events)}
    story = decider(joined, Rulebook((), edition="test"), steps=[BY_POLICE]).given()
    story = story.when(SHARE, at=NOW, by=COLLEAGUE).when(TellPolice(), at=NOW).then(Told())
    story.when(TellPolice(), at=NOW).nothing()
    assert story.state == 1


def test_a_team_without_one_gets_it_and_another_kind_of_that_name_is_refused() -> None:
    assert with_child_file([]) == (child_file,)
    with pytest.raises(ValueError, match="one for each child"):
        with_child_file([own(per=Per.THING)])
