"""What is kept of a child beside conferences: views, the advocate (C17), a chair's advice (C14), dissent (C10)."""

import pytest

from services.conference.codes import ViewsThrough
from services.conference.events import (
    AdvocateOffered,
    AdvocateText,
    ChairConsulted,
    ChairText,
    DissentRecorded,
    DissentText,
    ViewsRecorded,
    ViewsText,
)
from services.conference.rules import RULES
from services.conference.streams.child_file import (
    OfferAdvocate,
    RecordChairConsultation,
    RecordDissent,
    RecordViewsOfChild,
    RecordViewsOfFamily,
)
from shared.domain.fields import Professional
from shared.testing.facts import ADULT, SIBLING
from tests.unit.conference.conferences import CHAIR, HELD, SCHEDULED, WORKER, conference, plan_made


def test_the_childs_views_and_how_they_came():
    command = RecordViewsOfChild(views="I want to stay.", given_through=ViewsThrough.ADVOCATE, attends=False)
    conference.when(command, at=SCHEDULED, by=WORKER).then(
        ViewsRecorded(
            given_through=ViewsThrough.ADVOCATE, attends=False, sealed=ViewsText(views="I want to stay.")
        )
    )


def test_the_views_of_one_of_the_family():
    conference.when(
        RecordViewsOfFamily(person=SIBLING, views="She helps.", attends=True), at=SCHEDULED, by=WORKER
    ).then(ViewsRecorded(person=SIBLING, attends=True, sealed=ViewsText(views="She helps.")))


KEPT_BY_RECORDING = {
    "C17": (
        OfferAdvocate(offered=False, why_not="He is two."),
        AdvocateOffered(offered=False, sealed=AdvocateText(why_not="He is two.")),
    ),
    "C14": (
        RecordChairConsultation(
            chair=Professional(id=CHAIR.id, name="P. Okafor"), advice="Go on.", re_referral=True, proceed=True
        ),
        ChairConsulted(
            chair=CHAIR.id,
            re_referral=True,
            proceed=True,
            sealed=ChairText(chair_name="P. Okafor", advice="Go on."),
        ),
    ),
    "C10": (
        RecordDissent(person=ADULT, reason="He is safe with me."),
        DissentRecorded(person=ADULT, sealed=DissentText(reason="He is safe with me.")),
    ),
}


@pytest.mark.parametrize("rule", KEPT_BY_RECORDING)
def test_it_is_recorded_and_blocks_nothing(rule):
    command, fact = KEPT_BY_RECORDING[rule]
    plan_made().when(command, at=HELD, by=CHAIR).then(fact).clocks(C2="open")
    assert next(each.met_by for each in RULES.rules if each.id == rule).startswith("recorded")


@pytest.mark.parametrize("more", [{}, {"by": "police", "person": ADULT}])
def test_dissent_is_of_an_agency_or_a_person(more):
    with pytest.raises(ValueError, match="who dissents"):
        RecordDissent(reason="No.", **more)


def test_c1_is_a5_as_this_team_sees_it():
    assert {each.id: each.met_by for each in RULES.rules}["C1"] == "see A5"
