"""A looked-after boy of twelve goes missing three times: the clocks of his episodes, met, missed and ended.

The return interview within 72 hours (R1), the weekly panel on Wednesdays at 14:00 (R3), who is told within a day (R10),
and in another service the strategy discussion while he is missing (R8), which his return ends.
"""

from datetime import datetime

import pytest

from shared.domain.instants import london
from shared.team.corrections import CorrectRecord
from shared.team.deadlines import VaryDeadline
from shared.testing.deciders import Story, story_of
from shared.testing.facts import SIBLING
from tests.unit.testing.toy_missing import (
    AssignInterviewer,
    CloseEpisode,
    DeclineInterview,
    HoldDiscussion,
    RecordInterview,
    RecordReturn,
    RecordTold,
    ReportMissing,
    ReviewEpisode,
    assessment,
    missing,
)


def reported(story: Story, at: datetime, happened: datetime) -> Story:
    return story.when(ReportMissing(), at=at, happened=happened)


def three_times() -> tuple[Story, list]:
    """What was recorded, when; and the ids of the three episodes."""
    story = reported(story_of(missing, assessment), london(2026, 5, 1, 23, 10), london(2026, 5, 1, 21))
    first = story.id
    story = story.when(RecordReturn(re=first), at=london(2026, 5, 2, 2, 30))
    story = story.when(AssignInterviewer(re=first), at=london(2026, 5, 5, 9, 30))
    story = story.when(
        RecordInterview(re=first), at=london(2026, 5, 5, 17), happened=london(2026, 5, 5, 15, 30)
    )
    story = story.when(ReviewEpisode(re=first), at=london(2026, 5, 6, 14))

    story = reported(story, london(2026, 6, 5, 22), london(2026, 6, 5, 20))
    second = story.id
    story = story.when(RecordReturn(re=second), at=london(2026, 6, 6, 8))
    story = story.when(DeclineInterview(re=second, by="child"), at=london(2026, 6, 10, 9, 30))
    story = story.when(ReviewEpisode(re=second), at=london(2026, 6, 10, 14))

    story = reported(story, london(2026, 7, 3, 23, 30), london(2026, 7, 3, 21, 30))
    third = story.id
    story = story.when(RecordReturn(re=third), at=london(2026, 7, 4, 11))
    story = story.when(RecordInterview(re=third), at=london(2026, 7, 6, 16))
    story = story.when(ReviewEpisode(re=third), at=london(2026, 7, 8, 14))
    return story, [first, second, third]


STORY, EPISODES = three_times()


@pytest.mark.parametrize(
    ("rule", "n", "due", "state"),
    [
        ("R1", 0, london(2026, 5, 5, 2, 30), "missed"),  # held, but thirteen hours late
        ("R1", 1, london(2026, 6, 9, 8), "missed"),  # declined, a day late
        ("R1", 2, london(2026, 7, 7, 11), "met"),
        ("R3", 0, london(2026, 5, 7), "met"),
        ("R3", 1, london(2026, 6, 11), "met"),
        ("R3", 2, london(2026, 7, 9), "met"),
        ("R10", 0, london(2026, 5, 2, 23, 10), "missed"),  # nobody was told
        ("R10", 1, london(2026, 6, 6, 22), "missed"),
        ("R10", 2, london(2026, 7, 4, 23, 30), "missed"),
    ],
)
def test_each_episode_has_its_clocks(rule: str, n: int, due: datetime, state: str):
    clock = STORY.clock(rule, of=EPISODES[n])
    assert clock is not None
    assert (clock.due_at, clock.state(london(2026, 7, 9, 9))) == (due, state)


def test_the_misses_are_said_once_each():
    said = [
        (one.event.rule, one.event.due_at) for one in STORY.records if one.event.NAME == "team.DeadlineMissed"
    ]
    assert sorted(said) == sorted(
        [
            ("R1", london(2026, 5, 5, 2, 30)),
            ("R1", london(2026, 6, 9, 8)),
            ("R10", london(2026, 5, 2, 23, 10)),
            ("R10", london(2026, 6, 6, 22)),
            ("R10", london(2026, 7, 4, 23, 30)),
        ]
    )


def test_in_the_other_service_each_return_ended_the_discussion_that_was_due():
    clocks = STORY.stream("discussions", team="assessment").clocks
    assert [(one.deadline.starts_at, one.state(london(2026, 7, 9))) for one in clocks] == [
        (london(2026, 5, 1, 23, 10), "ended"),
        (london(2026, 6, 5, 22), "ended"),
        (london(2026, 7, 3, 23, 30), "ended"),
    ]


# -- the same clocks out of order


FROM_HOME = ReportMissing(whence="home")


def back() -> Story:
    """Away from home for a few hours: R1 runs from the return."""
    story = story_of(missing, assessment).when(FROM_HOME, at=london(2026, 5, 1, 23, 10))
    return story.when(RecordReturn(), at=london(2026, 5, 2, 2, 30))


def test_declined_by_a_parent_for_a_child_who_was_not_asked_does_not_meet_it():
    refused = DeclineInterview(by="parent", asked=False)
    back().when(refused, at=london(2026, 5, 3)).clocks(R1="open").time_passes(
        until=london(2026, 5, 5, 2, 30)
    ).missed("R1")
    back().when(DeclineInterview(by="parent"), at=london(2026, 5, 3)).clocks(R1="met")


def test_an_interview_held_in_time_and_written_up_late_answers_the_miss():
    late = back().time_passes(until=london(2026, 5, 6)).clocks(london(2026, 5, 6), R1="missed")
    written = late.when(RecordInterview(), at=london(2026, 5, 6, 9), happened=london(2026, 5, 5, 2, 29))
    written.missed().clocks(R1="met")


def test_a_return_found_to_have_been_earlier_moves_the_clock_and_the_interview_is_judged_anew():
    story = back().when(RecordInterview(), at=london(2026, 5, 5, 2)).clocks(R1="met")
    returned = next(
        one for one in story.records if one.event.NAME == "missing.ToyReturned"
    ).envelope.command_id
    earlier = CorrectRecord(
        re=returned, reason="Seen at home before.", right_happened=london(2026, 5, 2, 1, 30)
    )
    story.when(earlier, at=london(2026, 5, 5, 9)).missed("R1").clocks(R1="missed")


def test_a_panel_that_has_begun_is_not_the_first_after_the_report():
    wednesday = story_of(missing).when(FROM_HOME, at=london(2026, 5, 6, 14))
    clock = wednesday.clock("R3")
    assert clock is not None
    assert clock.due_at == london(2026, 5, 14)
    story_of(missing).when(FROM_HOME, at=london(2026, 5, 6, 13, 59)).time_passes(
        until=london(2026, 5, 7)
    ).missed("R3")


def test_a_report_found_to_be_wrong_ends_its_clocks_and_those_of_no_other_episode():
    story = story_of(missing).when(ReportMissing(), at=london(2026, 5, 1, 9))
    first = story.id
    story = story.when(ReportMissing(), at=london(2026, 5, 1, 10))
    second = story.id
    story = story.when(CloseEpisode(re=first), at=london(2026, 5, 1, 11))
    story.clocks(of=first, R3="ended", R10="ended").clocks(of=second, R3="open", R10="open")


def test_the_last_of_the_three_meets_it():
    story = story_of(missing).when(ReportMissing(), at=london(2026, 5, 1, 9))
    for n, who in enumerate(("parents", "reviewing_officer", "placing_authority")):
        story = story.clocks(R10="open").when(RecordTold(who=who), at=london(2026, 5, 1, 10 + n))
    story.clocks(R10="met")


def test_two_brothers_have_a_clock_each_and_one_is_varied():
    both = ReportMissing(about=(STORY.child, SIBLING))
    story = story_of(missing).when(both, at=london(2026, 5, 1, 9))
    later = VaryDeadline(about=(SIBLING,), rule="R3", due=london(2026, 5, 20), reason="The panel is full.")
    story = story.when(later, at=london(2026, 5, 1, 10))
    story.clocks(about=SIBLING, R3="varied").clocks(about=STORY.child, R3="open")


def test_a_discussion_held_meets_it_and_a_return_that_arrives_late_ends_nothing_that_was_met():
    story = story_of(missing, assessment).when(ReportMissing(), at=london(2026, 5, 1, 9))
    held = story.when(HoldDiscussion(), at=london(2026, 5, 1, 20)).clocks(R8="met")
    away = held.when(RecordReturn(), at=london(2026, 5, 1, 21), delivered=False)
    away.delivered(at=london(2026, 5, 3)).clocks(R8="met")


def test_a_return_that_arrives_after_the_miss_was_said_answers_it():
    story = story_of(missing, assessment).when(ReportMissing(), at=london(2026, 5, 1, 9))
    away = story.when(RecordReturn(), at=london(2026, 5, 1, 21), delivered=False)
    missed = away.time_passes(until=london(2026, 5, 2, 9))
    missed.missed("R8", "R10").clocks(R8="missed")
    missed.delivered(at=london(2026, 5, 2, 10)).clocks(R8="ended", R1="open")


def test_a_report_corrected_or_withdrawn_is_restated_where_it_was_noted():
    story = story_of(missing, assessment).when(ReportMissing(), at=london(2026, 5, 1, 9))
    reported_by = story.id
    story = story.when(RecordReturn(), at=london(2026, 5, 1, 21)).clocks(R8="ended")
    returned = story.id
    missed = CorrectRecord(re=returned, reason="He came back later.", right_happened=london(2026, 5, 2, 10))
    late = story.when(missed, at=london(2026, 5, 2, 11)).clocks(R8="missed")
    again = CorrectRecord(re=returned, reason="He did not.", right_happened=london(2026, 5, 1, 22))
    assert late.when(again, at=london(2026, 5, 2, 12)).clocks(R8="ended").refusal is None
    gone = CorrectRecord(re=returned, reason="It was his brother.", withdrawn=True)
    still = story.when(gone, at=london(2026, 5, 1, 23)).clocks(R8="open")
    wrong = CorrectRecord(re=reported_by, reason="He was at school.", withdrawn=True)
    still.when(wrong, at=london(2026, 5, 1, 23)).clocks(R8="ended", R3="ended")
