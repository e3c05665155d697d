"""The threshold (L2), meetings (L3) and reviews (L4), in whatever order they were written down."""

from datetime import timedelta

import pytest

from services.lado.codes import Limb, Strand, StrandStatus, Threshold
from services.lado.events import StrandRecorded, StrandText, SuspensionDecided, SuspensionText
from services.lado.streams.allegation import Progress, RecordStrand, RecordSuspensionDecision
from shared.domain.instants import london
from tests.unit.lado.allegations import (
    DECIDED,
    LOW_LEVEL,
    MEETING,
    MET,
    NOTIFIED,
    OFFICER,
    REVIEW,
    SUBSTANTIATED,
    THRESHOLD,
    decided,
    go_on,
    notified,
    then,
)


def test_l2_an_allegation_is_met_within_five_working_days_l3():
    story = decided()
    story.clocks(L2="met", L3="open", L5="open")
    assert story.clock("L3").due_at == london(2026, 5, 29)  # over the bank holiday of 25 May


def test_l2_an_allegation_without_a_limb_is_refused():
    then(notified(), (THRESHOLD.model_copy(update={"limbs": ()}), DECIDED)).refused("L2")


def test_l2_is_decided_once():
    then(notified(), (THRESHOLD, DECIDED), (LOW_LEVEL, DECIDED)).refused("L2", reason="already_decided")


@pytest.mark.parametrize("decision", [Threshold.LOW_LEVEL_CONCERN, Threshold.ADVICE])
def test_l2_of_what_stays_with_the_employer_there_is_nothing_to_conclude(decision):
    story = then(notified(), (LOW_LEVEL.model_copy(update={"decision": decision}), DECIDED))
    story.clocks(L2="met", L3=None, L5="ended")
    for command in (MEETING, SUBSTANTIATED):
        go_on(story, (command, MET)).refused("L2", reason="below_threshold")


def test_before_the_threshold_nothing_is_met_or_concluded_l2():
    for command in (MEETING, SUBSTANTIATED):
        then(notified(), (command, MET)).refused("L2", reason="below_threshold")


def test_nothing_is_done_before_it_was_received():
    story = notified()
    early = THRESHOLD.model_copy(update={"re": story.id})
    story.when(early, at=DECIDED, happened=NOTIFIED - timedelta(minutes=1), by=OFFICER).refused("E2")


@pytest.mark.parametrize(
    ("at", "state"),
    [(london(2026, 5, 29) - timedelta(microseconds=1), "met"), (london(2026, 5, 29), "missed")],
)
def test_l3_at_the_very_instant_is_late(at, state):
    go_on(decided(), (MEETING, at)).clocks(L3=state)


def test_l3_held_in_time_and_written_down_after_is_met():
    story = decided()
    late = MEETING.model_copy(update={"re": story.records[0].envelope.thing_id})
    story = story.time_passes(until=london(2026, 6, 1)).when(
        late, at=london(2026, 6, 2, 9), happened=MET, by=OFFICER
    )
    story.clocks(L3="met")


def test_l4_runs_from_each_meeting_and_each_review():
    story = go_on(decided(), (MEETING, MET), (REVIEW, london(2026, 6, 24, 10)))
    first, second = (one for one in story.streams["allegation"].clocks.all if one.rule == "L4")
    assert (first.due_at, second.due_at) == (london(2026, 6, 28), london(2026, 7, 25))


def test_l4_a_month_that_has_no_such_day_ends_on_its_last():
    story = go_on(decided(), (MEETING, london(2027, 1, 31, 10)))
    assert story.clock("L4").due_at == london(2027, 3, 1)


def test_l4_a_review_before_any_meeting_starts_no_chain():
    go_on(decided(), (REVIEW, MET)).clocks(L4=None)


def test_l4_reviews_written_down_out_of_order_stand_where_they_happened():
    later, earlier = london(2026, 7, 20, 10), london(2026, 6, 20, 10)
    story = go_on(decided(), (MEETING, MET), (REVIEW, later))
    thing = story.records[0].envelope.thing_id
    story = story.when(
        REVIEW.model_copy(update={"re": thing}), at=later + timedelta(hours=1), happened=earlier, by=OFFICER
    )
    dues = sorted(one.due_at for one in story.streams["allegation"].clocks.all if one.rule == "L4")
    assert dues == [london(2026, 6, 28), london(2026, 7, 21), london(2026, 8, 21)]


def test_strands_and_suspension_are_recorded_as_they_stand():
    strand = RecordStrand(strand=Strand.POLICE, status=StrandStatus.OPEN, lead="DC Roe")
    go_on(notified(), (strand, DECIDED)).then(
        StrandRecorded(strand=Strand.POLICE, status=StrandStatus.OPEN, sealed=StrandText(lead="DC Roe"))
    )
    suspend = RecordSuspensionDecision(
        suspended=False, decided_by="Example FC", alternatives=("Another team",), reason="Supervised."
    )
    go_on(notified(), (suspend, DECIDED)).then(
        SuspensionDecided(
            suspended=False,
            sealed=SuspensionText(
                decided_by="Example FC", reason="Supervised.", alternatives=("Another team",)
            ),
        )
    )


def test_a_review_says_how_each_strand_stands():
    progress = (Progress(strand=Strand.POLICE, status=StrandStatus.COMPLETE),)
    story = go_on(decided(), (REVIEW.model_copy(update={"progress": progress}), MET))
    [reviewed] = story.decided
    assert reviewed.progress == ((Strand.POLICE, StrandStatus.COMPLETE),)


def test_an_advice_may_name_limbs_it_does_not_meet():
    said = LOW_LEVEL.model_copy(update={"limbs": (Limb.UNSUITABLE,)})
    assert then(notified(), (said, DECIDED)).refusal is None
