"""The table of who sees an entry follows what is shared, corrected and weighed again."""

from datetime import timedelta
from uuid import UUID

from services.chronology.decided_audience import resulting
from services.chronology.events import (
    EntryCorrected,
    EntryReceived,
    EntryRestricted,
    EntryShared,
    RestrictionEnded,
    SignificanceChanged,
    SignificanceText,
)
from services.chronology.views import SeenRow, entries, seen
from shared.domain.corrections import CorrectedText, correction_of
from shared.domain.event import Event, Record
from shared.domain.instants import london
from shared.domain.view_fold import fold
from shared.team.audience import SeenBy
from shared.team.erasure import ErasureKnown
from shared.testing.facts import CHILD, SIBLING, event_id, record
from tests.unit.chronology.entry_samples import ENTRY, told

AT = london(2026, 4, 2, 18)
CARE = SeenBy(agency="childrens_social_care")
POLICE = SeenBy(agency="police", depth="title")
DAY = timedelta(days=1)


def said(event: Event, n: int, *, days: int = 0) -> Record:
    return record(event, at=AT + days * DAY, n=n, version=n, service="chronology")


def received(*seen_by: SeenBy) -> Record:
    return said(EntryReceived(source_position=7, entry=told(), seen_by=seen_by), 1)


def shared(n: int, *seen_by: SeenBy) -> Record:
    shown = resulting(seen_by, ())
    return said(
        EntryShared(entry=ENTRY, seen_by=shown, because="rule", cause=event_id(9), by_rule=seen_by), n
    )


def weighed(significance: str, n: int) -> Record:
    text = SignificanceText(reason="A pattern.")
    event = SignificanceChanged.model_validate(
        {"entry": ENTRY, "significance": significance, "was": "routine", "sealed": text}
    )
    return said(event, n)


def corrected(wrong: Record, right: Event | None, n: int) -> Record:
    return said(correction_of(wrong, right, CorrectedText(reason="A slip.")), n)


def rows(*log: Record) -> dict[tuple[str, str], SeenRow]:
    return {(row.agency, row.organisation): row for row in fold(seen, log).values()}


def test_what_is_shared_later_stands_where_the_entry_stands_and_says_what_decided_it() -> None:
    found = rows(received(CARE), shared(2, CARE, POLICE))
    police, care = found["police", ""], found["childrens_social_care", ""]
    assert (police.depth, police.why, police.decided_by, police.position) == ("title", "rule", event_id(2), 2)
    assert (police.child, police.happened_at, police.recorded_at) == (
        care.child,
        care.happened_at,
        care.recorded_at,
    )
    deeper = rows(received(CARE), shared(2, CARE, POLICE), shared(3, CARE, SeenBy(agency="police")))
    assert deeper["police", ""].depth == "whole"


def test_an_entry_that_nobody_sees_can_be_opened_later() -> None:
    nobody = rows(received())
    assert [row.depth for row in nobody.values()] == ["gone"]
    opened = rows(received(), shared(2, POLICE))
    assert {key for key, row in opened.items() if row.depth != "gone"} == {("police", "")}
    assert opened["police", ""].happened_at == AT


def test_it_moves_to_where_its_right_times_put_it_for_everybody() -> None:
    right = said(EntryCorrected(entry=ENTRY, by=event_id(5), title="Declined"), 2, days=-1)
    found = rows(received(CARE, POLICE), right, shared(3, CARE, POLICE, SeenBy(agency="health")))
    assert {row.happened_at for row in found.values()} == {AT - DAY}
    withdrawn = said(EntryCorrected(entry=ENTRY, by=event_id(5), withdrawn=True), 2, days=-1)
    assert {row.happened_at for row in rows(received(CARE, POLICE), withdrawn).values()} == {AT}


def test_it_weighs_what_the_last_word_that_is_left_says() -> None:
    first, second = weighed("significant", 2), weighed("critical", 3)
    log = [received(CARE, POLICE), first, second]
    for corrections, weight in (
        ([], "critical"),
        ([corrected(first, None, 4)], "critical"),
        ([corrected(second, None, 4)], "significant"),
        ([corrected(first, None, 4), corrected(second, None, 5)], "routine"),
        ([corrected(second, weighed("routine", 3).event, 4)], "routine"),
    ):
        found = rows(*log, *corrections)
        assert {row.significance for row in found.values()} == {weight}
        [entry] = fold(entries, [*log, *corrections]).values()
        assert entry.significance == weight


def test_another_child_s_entry_is_not_touched() -> None:
    other = record(
        EntryReceived(source_position=8, entry=told(id=event_id(8)), seen_by=(CARE,)),
        at=AT,
        n=8,
        child=SIBLING,
        service="chronology",
    )
    found = fold(seen, [received(CARE), other, shared(9, CARE, POLICE)])
    assert {(row.entry, row.agency) for row in found.values() if row.child == SIBLING} == {
        (event_id(8), "childrens_social_care")
    }


def test_one_fact_about_two_children_is_an_entry_of_each_and_shared_of_one_alone() -> None:
    same = EntryReceived(source_position=7, entry=told(), seen_by=(CARE,))
    theirs = record(same, at=AT, n=8, child=SIBLING, service="chronology")
    found = fold(seen, [received(CARE), theirs, shared(9, CARE, POLICE)])
    assert {(row.child, row.agency) for row in found.values()} == {
        (CHILD, "childrens_social_care"),
        (CHILD, "police"),
        (SIBLING, "childrens_social_care"),
    }


def test_a_feed_is_told_again_of_what_is_restricted_opened_or_without_words_and_of_no_mark() -> None:
    thing = told().thing
    assert thing is not None
    apart = told(id=UUID(int=7), thing=UUID(int=8), part_of=thing)
    log = [
        received(CARE),
        said(EntryReceived(source_position=8, entry=apart, seen_by=(CARE,)), 2),
        said(EntryRestricted(thing=thing, title="Restricted", roles=("lado",)), 3),
        said(RestrictionEnded(thing=thing), 4),
        said(EntryRestricted(thing=thing, title="A sealed record", roles=("lado",), only_marks=True), 5),
        said(ErasureKnown(basis="court_order"), 6),
    ]

    def told_at(count: int) -> set[int]:
        return {row.position for row in fold(seen, log[:count]).values()}

    assert [told_at(count) for count in (2, 3, 4, 5, 6)] == [{1, 2}, {3}, {4}, {4}, {6}]
