"""What the chronology tells of the commands of every team, and who sees it: the rules, "Who sees an entry"."""

from datetime import date
from uuid import UUID

import pytest

from shared.domain.code_lists import AuditWhat, Document, EscalationStage, LawfulBasis, SupervisionKind
from shared.domain.instants import london
from shared.domain.rules import Rulebook
from shared.team.audience import agency, organisation
from shared.team.entries import Entries, Entry
from shared.team.escalation import (
    AnswerText,
    EscalationAnswered,
    EscalationRaised,
    EscalationResolved,
    EscalationText,
    ResolutionText,
)
from shared.team.oversight import AuditRecorded, AuditText, SupervisionRecorded, SupervisionText
from shared.team.sharing import CopyGiven, CopyText, DisclosureDecided, DisclosureText
from shared.testing.entries import Telling, given_entries
from shared.testing.facts import ADULT, SIBLING

NOW = london(2026, 4, 14, 10)
MANAGER_STAGE = EscalationStage.MANAGER
BETWEEN = {"by_agency": "health", "by_organisation": "Ward 3", "their_agency": "childrens_social_care"}
THE_TWO = [organisation("health", "Ward 3"), agency("childrens_social_care")]


def told(event: object) -> Telling:
    return given_entries(Entries("test"), Rulebook((), edition="test")).when(event, at=NOW)


def test_an_escalation_is_seen_by_the_two_agencies() -> None:
    told(
        EscalationRaised(
            raised_by=UUID(int=1),
            **BETWEEN,
            stage=EscalationStage.PRACTITIONER,
            sealed=EscalationText(raised_with="Mo Diaz", what="Closed.", wanted="A discussion."),
        )
    ).then(
        Entry(
            "Escalation raised with childrens social care: between practitioners",
            "escalation",
            significance="critical",
            parts=(
                ("Raised with", "Mo Diaz"),
                ("What is disagreed about", "Closed."),
                ("What is wanted", "A discussion."),
            ),
            seen_by=THE_TWO,
        )
    )
    told(
        EscalationAnswered(**BETWEEN, agreed=False, stage=MANAGER_STAGE, sealed=AnswerText(answer="No."))
    ).then(
        Entry(
            "Escalation answered by childrens social care: not agreed, between their managers",
            "escalation",
            parts=(("Answer", "No."),),
            seen_by=THE_TWO,
        )
    )
    told(
        EscalationResolved(
            **BETWEEN, agreed=True, stage=MANAGER_STAGE, sealed=ResolutionText(resolution="Held.")
        )
    ).then(
        Entry(
            "Escalation resolved: agreed, between their managers",
            "escalation",
            parts=(("How it was resolved", "Held."),),
            seen_by=THE_TWO,
        )
    )


def decided(**said: object) -> DisclosureDecided:
    usual = {"share": True, "agencies": ("health", "police"), "lawful_basis": LawfulBasis.CONSENT}
    return DisclosureDecided(**usual | said, sealed=DisclosureText(reason="She is seen there."))


@pytest.mark.parametrize(
    ("said", "seen_by"),
    [
        ({}, [agency("health"), agency("police")]),
        ({"organisation": "Ward 3"}, [organisation("health", "Ward 3"), agency("police")]),
        ({"whole": False}, [agency("health", depth="title"), agency("police", depth="title")]),
        ({"share": False}, []),
    ],
)
def test_a_decision_on_sharing_is_seen_by_whom_it_shares_with(said: dict, seen_by: list) -> None:
    told(decided(**said)).says(seen_by=seen_by)


def test_a_decision_on_sharing_says_with_whom_and_on_which_basis() -> None:
    told(decided()).says(
        title="Decided to share with health, police: Consent", parts=(("Why", "She is seen there."),)
    )
    told(decided(share=False)).says(title="Decided not to share with health, police: Consent")


def test_oversight_is_seen_by_nobody_else() -> None:
    told(
        SupervisionRecorded(
            worker=UUID(int=7),
            kind=SupervisionKind.GROUP,
            sealed=SupervisionText(worker="Mia Dunn", notes="Drift.", decisions=("See her.", "Ring school.")),
        )
    ).then(
        Entry(
            "Group supervision",
            "oversight",
            parts=(("Supervised", "Mia Dunn"), ("Notes", "Drift."), ("Decisions", "See her.; Ring school.")),
        )
    )
    told(AuditRecorded(what=AuditWhat.CASE, sealed=AuditText(findings="Sound.", grade="Good"))).then(
        Entry("Audit: a case", "oversight", parts=(("Grade", "Good"), ("Findings", "Sound.")))
    )


@pytest.mark.parametrize(
    ("to", "not_given", "title"),
    [
        ((ADULT,), (), "Copy given: plan"),
        ((ADULT,), (SIBLING,), "Copy given, but not to everybody: plan"),
        ((), (SIBLING,), "Copy not given: plan"),
    ],
)
def test_a_copy_is_seen_by_nobody_else(to: tuple, not_given: tuple, title: str) -> None:
    reasons = tuple("He is three." for _ in not_given)
    event = CopyGiven(
        document=Document.PLAN,
        to=to,
        on=date(2026, 4, 14),
        not_given=not_given,
        sealed=CopyText(reasons=reasons),
    )
    parts = (("Why it was not given", "He is three."),) if reasons else ()
    told(event).then(Entry(title, "sharing", parts=parts))
