"""The weekly panel (R3): its agenda, what it reviewed, and what it carries to the next; nothing on it is lost."""

from datetime import date, timedelta

from services.missing.agenda import follows_for_panels
from services.missing.codes import Risk
from services.missing.events import EpisodeReviewedAtPanel, PanelClosed, PanelPrepared
from services.missing.panels import panel_after, panel_id, panel_of
from services.missing.streams.missing_episode import ReviewEpisode
from services.missing.streams.missing_episode.reviewing import EarlierAction
from services.missing.streams.panel import ClosePanel, NoteReviewed, PreparePanel, PutOnAgenda
from services.missing.views import agenda
from shared.domain.instants import london
from shared.team.meetings import Action
from shared.testing.facts import STREAM, THING
from tests.unit.missing.episodes import COORDINATOR, MISSED, REPORTED, REVIEW, re, reported, team

DAY = date(2026, 5, 6)
AT = london(2026, 5, 6, 15)
PUT = PutOnAgenda(panel=DAY, episode=THING, of_child=STREAM)
REVIEWED = NoteReviewed(panel=DAY, episode=THING, of_child=STREAM)
CLOSE = ClosePanel(re=panel_id(DAY), notes="Quorate.")


def planned():
    return team.when(PUT, at=REPORTED).when(PreparePanel(date=DAY), at=AT, by=COORDINATOR)


def test_a_panel_is_prepared_once():
    planned().then(PanelPrepared(panel=DAY))
    planned().when(PreparePanel(date=DAY), at=AT, by=COORDINATOR).nothing()
    planned().when(PUT, at=AT).nothing()


def test_what_was_not_reviewed_is_carried_over_by_name_or_the_panel_stays_open_r3():
    planned().when(CLOSE, at=AT, by=COORDINATOR).refused("R3")
    carried = planned().when(CLOSE.model_copy(update={"carried_over": (THING,)}), at=AT, by=COORDINATOR)
    carried.then(PanelClosed(panel=DAY, carried_over=(THING,), about=(STREAM,)))
    (again,) = follows_for_panels(carried.records[-1])
    assert (again.panel, again.carried, again.of_child) == (date(2026, 5, 13), True, STREAM)


def test_what_was_reviewed_goes_nowhere_r3():
    closed = planned().when(REVIEWED, at=AT).when(CLOSE, at=AT, by=COORDINATOR)
    closed.then(PanelClosed(panel=DAY))
    closed.when(CLOSE, at=AT, by=COORDINATOR).nothing()


def test_a_report_and_a_review_are_told_to_their_panel():
    missing = reported()
    (put,) = follows_for_panels(missing.records[0])
    assert (put.panel, put.of_child) == (DAY, missing.records[0].stream)
    story = missing.when(re(missing, REVIEW), at=AT, by=COORDINATOR)
    (noted,) = [each for one in story.records[1:] for each in follows_for_panels(one)]
    assert (noted.panel, noted.of_child) == (DAY, missing.records[0].stream)


def test_the_agenda_shows_what_was_reviewed_and_what_was_carried():
    (row,) = planned().when(REVIEWED, at=AT).rows(agenda)
    assert (row.panel, row.about, row.day, row.reviewed, row.carried) == (
        panel_id(DAY),
        STREAM,
        DAY,
        True,
        False,
    )


def test_days_of_panels_follow_each_other_around_a_bank_holiday_r3():
    assert panel_of(london(2026, 5, 7)) == DAY
    assert panel_after(DAY) == date(2026, 5, 13)
    assert panel_after(date(2024, 12, 18)) == date(2024, 12, 27)


def test_a_review_meets_the_clock_and_names_who_acts_r3():
    missing = reported()
    review = ReviewEpisode(
        panel=DAY,
        actions=(Action(what="Agree a pick-up plan", owner="placement", by=date(2026, 5, 13)),),
        risk=Risk.HIGH,
        earlier_actions=(EarlierAction(what="Ask the school", done=True),),
    )
    story = missing.when(re(missing, review), at=AT, by=COORDINATOR)
    fact = story.decided[0]
    assert isinstance(fact, EpisodeReviewedAtPanel)
    assert (fact.owners, fact.due, fact.risk) == (("placement",), (date(2026, 5, 13),), Risk.HIGH)
    assert fact.sealed.done == ("Ask the school",)
    story.clocks(R3="met")


def test_no_panel_looks_at_what_had_not_happened_and_none_to_come_is_recorded():
    missing = reported()
    for day in (date(2026, 4, 29), date(2026, 5, 13)):
        review = re(missing, ReviewEpisode(panel=day, actions=()))
        missing.when(review, at=AT, by=COORDINATOR).refused("E2")
    assert AT - timedelta(days=1) > MISSED
