"""While a child is missing: reported once (R8), for the panel (R3), and the three who are told of a looked-after child (R10)."""

from datetime import timedelta

import pytest

from services.missing.codes import Exploitation, Risk, ToBeTold
from services.missing.events import ChildReportedMissing, EpisodeClosed, PatternText, RiskUpdated
from services.missing.streams.missing_episode import (
    CloseEpisode,
    ConsiderReferralMechanism,
    ReportMissing,
    TakeInMissingNotice,
    TellPlacingAuthority,
)
from services.missing.streams.missing_episode.reporting import NotTold
from shared.domain.instants import london, utc
from shared.testing.facts import CHILD, SIBLING, THING
from tests.unit.missing.episodes import (
    BACK,
    COORDINATOR,
    GRADE,
    HOME,
    MISSED,
    OFFICER,
    REPORT,
    REPORTED,
    SIGHTING,
    re,
    reported,
    returned,
    team,
)


def test_a_report_is_for_the_next_panel_and_of_a_looked_after_child_three_are_told():
    reported().clocks(R3="open", R10="open", R1=None)
    assert reported().clock("R3").due_at == london(2026, 5, 7)
    assert reported().clock("R10").due_at == REPORTED + timedelta(hours=24)


def test_of_a_child_at_home_nobody_is_to_be_told():
    reported(about=(SIBLING,)).clocks(R3="open", R10=None)


def test_the_clocks_run_from_when_our_staff_received_it():
    late = team.when(
        REPORT.model_copy(update={"received": REPORTED}),
        at=REPORTED + timedelta(hours=30),
        happened=MISSED,
        by=COORDINATOR,
    )
    late.clocks(R10="missed")
    assert late.clock("R10").due_at == REPORTED + timedelta(hours=24)


@pytest.mark.parametrize(
    ("received", "day"),
    [
        (london(2026, 5, 6, 13, 59), 7),  # before the panel begins, for that one
        (london(2026, 5, 6, 14), 14),  # it has begun: the next
        (london(2026, 5, 5), 7),
    ],
)
def test_a_report_is_for_the_first_panel_that_begins_after_it_r3(received, day):
    assert reported(at=received, happened=received).clock("R3").due_at == london(2026, 5, day)


def test_a_panel_on_a_bank_holiday_is_held_on_the_next_working_day_r3():
    """Wednesday 25 December 2024 and the day after are bank holidays."""
    at = london(2024, 12, 20, 9)
    assert reported(at=at, happened=at).clock("R3").due_at == london(2024, 12, 28)


def test_a_second_report_of_a_child_who_is_missing_is_refused_r8():
    again = reported(at=REPORTED + timedelta(hours=1), story=reported())
    again.refused("R8", reason="missing_already")


def test_who_is_back_may_be_missing_again():
    assert (
        reported(at=BACK + timedelta(days=1), happened=BACK + timedelta(days=1), story=returned()).refusal
        is None
    )


def test_a_notice_to_the_front_door_opens_an_episode_and_of_who_is_missing_already_says_nothing_new():
    notice = TakeInMissingNotice(about=(CHILD,), contact=THING, police_reference="CAD-9")
    opened = team.when(notice, at=REPORTED, happened=MISSED)
    fact = opened.decided[0]
    assert isinstance(fact, ChildReportedMissing)
    assert (fact.contact, fact.missing_from, fact.reporter_agency, fact.looked_after) == (
        THING,
        None,
        None,
        True,
    )
    reported().when(notice, at=REPORTED + timedelta(hours=1)).nothing()


def test_the_risk_is_graded_while_the_child_is_missing_and_no_longer_r8():
    missing = reported()
    graded = missing.when(re(missing, GRADE), at=REPORTED + timedelta(minutes=5), by=OFFICER)
    assert isinstance(graded.decided[0], RiskUpdated)
    assert graded.decided[0].police_risk is Risk.HIGH
    back = returned()
    back.when(re(back, GRADE), at=BACK + timedelta(hours=1), by=OFFICER).refused("R8")


def test_nothing_of_it_happened_before_the_child_was_missed():
    missing = reported()
    early = MISSED - timedelta(minutes=1)
    for command in (GRADE, SIGHTING):
        missing.when(re(missing, command), at=REPORTED, happened=early, by=OFFICER).refused("E2")


def test_who_was_seen_last_after_they_were_missed_was_not_missed_then():
    wrong = REPORT.model_copy(update={"last_seen": utc(MISSED) + timedelta(minutes=1)})
    team.when(wrong, at=REPORTED, happened=MISSED, by=HOME).refused("E2")


# -- who is told (R10)


def tell(*told, not_told=()):
    return TellPlacingAuthority(
        told=told, not_told=tuple(NotTold(who=who, reason="Not to be reached.") for who in not_told)
    )


def test_each_of_the_three_is_told_or_it_is_said_why_not_r10():
    missing = reported()
    one = missing.when(re(missing, tell(ToBeTold.PARENTS)), at=REPORTED + timedelta(hours=1), by=COORDINATOR)
    one.clocks(R10="open")
    rest = tell(ToBeTold.PLACING_AUTHORITY, not_told=[ToBeTold.INDEPENDENT_REVIEWING_OFFICER])
    one.when(re(missing, rest), at=REPORTED + timedelta(hours=2), by=COORDINATOR).clocks(R10="met")


def test_of_a_child_who_is_not_looked_after_this_is_refused_r10():
    missing = reported(about=(SIBLING,))
    missing.when(re(missing, tell(ToBeTold.PARENTS)), at=REPORTED, by=COORDINATOR).refused("R10")


def test_nobody_named_is_nothing_said_r10():
    missing = reported()
    missing.when(re(missing, tell()), at=REPORTED, by=COORDINATOR).refused("R10")


# -- the referral mechanism (R9), and reports that were none


def consider(reason=""):
    return ConsiderReferralMechanism(
        considered=True, referred=False, contextual_safeguarding_told=True, reason=reason
    )


def test_the_referral_mechanism_is_considered_with_an_indicator_or_a_reason_r9():
    missing = reported()
    missing.when(re(missing, consider()), at=REPORTED, by=COORDINATOR).refused("R9")
    assert missing.when(re(missing, consider("A gang chain.")), at=REPORTED, by=COORDINATOR).refusal is None
    indicated = reported(exploitation_indicators=(Exploitation.CRIMINAL,))
    assert indicated.when(re(indicated, consider()), at=REPORTED, by=COORDINATOR).refusal is None


def test_a_report_that_was_none_ends_its_clocks_and_counts_no_more():
    missing = reported()
    close = re(missing, CloseEpisode(reason="At her aunt's, as agreed."))
    closed = missing.when(close, at=REPORTED + timedelta(hours=1), by=COORDINATOR)
    assert isinstance(closed.decided[0], EpisodeClosed)
    closed.clocks(R3="ended", R10="ended")
    closed.when(close, at=REPORTED + timedelta(hours=2), by=COORDINATOR).nothing()
    closed.when(re(missing, SIGHTING), at=REPORTED + timedelta(hours=2), by=OFFICER).refused()
    assert closed.stream("pattern").state.incidents == ()


def test_a_report_says_from_where_and_what_happened():
    assert ReportMissing.model_fields["missing_from"].is_required()
    assert ReportMissing.model_fields["circumstances"].is_required()
    assert PatternText().reason == ""
