"""A child's chronology replayed: the same pages as live ones, through each lens, at each moment."""

from datetime import timedelta
from uuid import UUID

from services.chronology.decided_audience import resulting
from services.chronology.events import (
    AudienceDecision,
    EntryCorrected,
    EntryReceived,
    EntryRestricted,
    EntryShared,
    EntryWithheld,
    RestrictionEnded,
    SignificanceChanged,
)
from services.chronology.past import Lens, Past, Place, as_at, knew
from shared.domain.code_lists import LawfulBasis
from shared.domain.corrections import CorrectedText, correction_of
from shared.domain.event import Event, Record
from shared.domain.instants import london
from shared.team.audience import SeenBy
from shared.testing.facts import CHILD, SIBLING, command_id, record
from tests.unit.chronology.entry_samples import ENTRY, told

AT = london(2026, 4, 2, 18)
DAY = timedelta(days=1)
CARE = SeenBy(agency="childrens_social_care")
ELM = SeenBy(agency="education", organisation="Elm School")
SCHOOL = Lens("education", "Elm School")
SOCIAL = Lens("childrens_social_care", None, "social_worker")
POLICE = Lens("police")
HERE = Place(ENTRY, CHILD)
THING = command_id(1)


def said(event: Event, n: int, *, days: int = 0, known: int | None = None, child: UUID = CHILD) -> Record:
    return record(
        event,
        at=AT + days * DAY,
        known=AT + (days if known is None else known) * DAY,
        n=n,
        version=n,
        child=child,
        stream=child,
        service="chronology",
    )


def received(*seen_by: SeenBy, n: int = 1, days: int = 0, known: int | None = None, **changes) -> Record:
    event = EntryReceived(source_position=7, entry=told(**changes), seen_by=seen_by)
    return said(event, n, days=days, known=known)


def withheld(n: int, *by_rule: SeenBy, show: str = "nothing", days: int = 0) -> Record:
    decision = AudienceDecision(parties=(ELM.party,), depth=show, lawful_basis=LawfulBasis.PUBLIC_TASK)
    event = EntryWithheld(entry=ENTRY, seen_by=resulting(by_rule, [(decision, False)]), decision=decision)
    return said(event, n, days=days)


def shared_until(n: int, day: int, *by_rule: SeenBy) -> Record:
    decision = AudienceDecision(
        parties=(ELM.party,), depth="whole", lawful_basis=LawfulBasis.PUBLIC_TASK, until=AT + day * DAY
    )
    seen_by = resulting(by_rule, [(decision, True)])
    return said(EntryShared(entry=ENTRY, seen_by=seen_by, because="shared", decision=decision), n)


def page(*log: Record, lens: Lens | None = None, days: int = 9, ids=(CHILD,)):
    past = Past()
    for one in log:
        past.take(one)
    return past.page(ids, lens, AT + days * DAY)


def test_each_sees_what_it_is_shown_and_an_auditor_all_of_it() -> None:
    log = (received(CARE, ELM),)
    assert page(*log)[HERE].depth == "whole"
    assert page(*log, lens=SCHOOL)[HERE].depth == "whole"
    assert page(*log, lens=POLICE) == {}
    assert page(*log, lens=Lens("education", "Oak School")) == {}


def test_before_it_was_withheld_it_was_shown_and_afterwards_not() -> None:
    first, later = received(CARE, ELM), withheld(2, CARE, ELM)
    assert HERE in page(first, lens=SCHOOL)
    assert page(first, later, lens=SCHOOL) == {}
    assert page(first, withheld(2, CARE, ELM, show="withheld"), lens=SCHOOL)[HERE].depth == "withheld"
    assert page(first, later, lens=SOCIAL)[HERE].depth == "whole"


def test_what_was_shared_for_a_time_is_gone_at_its_end() -> None:
    log = (received(CARE), shared_until(2, 3, CARE))
    assert HERE in page(*log, lens=SCHOOL, days=2)
    assert page(*log, lens=SCHOOL, days=3) == {}


def test_what_is_sealed_is_in_no_replay() -> None:
    log = (received(CARE, ELM, sensitivity="sealed"),)
    assert page(*log) == page(*log, lens=SCHOOL) == page(*log, lens=SOCIAL) == {}


def test_what_is_for_few_is_one_title_but_for_their_role() -> None:
    restricted = said(EntryRestricted(thing=THING, title="A contact was made", roles=("lado",)), 2)
    log = (received(CARE, ELM), restricted)
    assert page(*log, lens=SOCIAL)[HERE].closed == "A contact was made"
    assert page(*log, lens=Lens("childrens_social_care", None, "lado"))[HERE].closed is None
    assert page(*log)[HERE].closed is None


def test_what_was_done_for_a_contact_is_closed_with_it_and_open_with_it_again() -> None:
    check = received(CARE, ELM, n=2, id=UUID(int=7), thing=UUID(int=8), part_of=THING)
    there = Place(UUID(int=7), CHILD)
    restricted = said(EntryRestricted(thing=THING, title="A contact was made", roles=("lado",)), 3)
    ended = said(RestrictionEnded(thing=THING), 4)
    one = page(check, restricted, lens=SOCIAL)[there]
    assert (one.closed, one.closed_by) == ("A contact was made", THING)
    assert page(check, restricted, ended, lens=SOCIAL)[there].closed is None
    past = Past()
    past.take(check)
    assert past.take(restricted) == past.take(ended) == {there}


def test_a_mark_that_is_shown_to_some_keeps_no_entry_from_anybody() -> None:
    marked = said(
        EntryRestricted(thing=THING, title="A sealed record exists", roles=("lado",), only_marks=True), 2
    )
    assert page(received(CARE, ELM), marked, lens=SOCIAL)[HERE].closed is None
    past = Past()
    past.take(received(CARE))
    assert past.take(marked) == set()


def test_it_stands_where_it_stood_before_it_was_corrected() -> None:
    first = received(CARE)
    right = said(EntryCorrected(entry=ENTRY, by=UUID(int=5), title="Put right"), 2, days=-1)
    was, now = page(first)[HERE], page(first, right)[HERE]
    assert (was.row.title, now.row.title) == (told().title, "Put right")
    assert now.place < was.place
    assert as_at({HERE: was}, AT - DAY) == {}
    assert HERE in as_at({HERE: now}, AT - DAY)


def test_how_it_weighed_before_a_correction_of_that_is_told() -> None:
    weighed = said(SignificanceChanged(entry=ENTRY, significance="critical", was="routine"), 2)
    log = (received(CARE), weighed)
    withdrawn = said(correction_of(weighed, None, CorrectedText(reason="A slip.")), 3)
    assert page(*log)[HERE].row.significance == "critical"
    assert page(*log, withdrawn)[HERE].row.significance == "routine"


def test_one_command_about_two_of_a_childs_ids_is_one_entry() -> None:
    other = said(EntryReceived(source_position=7, entry=told(), seen_by=(CARE,)), 2, child=SIBLING)
    log = (received(CARE), other)
    assert list(page(*log, ids=(CHILD, SIBLING))) == [HERE]
    assert list(page(*log, ids=(SIBLING, CHILD))) == [Place(ENTRY, SIBLING)]
    assert list(page(*log)) == [HERE]


def test_a_school_knew_what_it_was_shown_and_what_it_knew_itself() -> None:
    """Not what the police knew then and it was shown later."""
    own = received(CARE, ELM, id=UUID(int=7), days=3, known=1, agency="education", organisation="Elm School")
    police = received(CARE, ELM, n=2, days=3, known=1, agency="police")
    shown = page(own, police, lens=SCHOOL)
    assert list(knew(SCHOOL, AT + 2 * DAY, {}, shown)) == [Place(UUID(int=7), CHILD)]
    assert knew(SCHOOL, AT, {}, shown) == {}
    assert set(knew(SCHOOL, AT + 2 * DAY, page(police, lens=SCHOOL), shown)) == set(shown)


def test_no_more_is_shown_of_the_past_than_is_shown_now() -> None:
    one = page(received(CARE, ELM), lens=SCHOOL)[HERE]
    title = page(
        received(CARE, SeenBy(agency="education", organisation="Elm School", depth="title")), lens=SCHOOL
    )[HERE]
    assert one.at_most(title).depth == title.at_most(one).depth == "title"
    restricted = said(EntryRestricted(thing=THING, title="A contact was made", roles=("lado",)), 2)
    closed = page(received(CARE, ELM), restricted, lens=SCHOOL)[HERE]
    assert one.at_most(closed).closed == "A contact was made"


def test_each_record_says_of_which_entries_it_speaks() -> None:
    past = Past()
    assert past.take(received(CARE)) == {HERE}
    assert past.take(received(CARE, n=2, id=UUID(int=7), thing=None)) == {Place(UUID(int=7), CHILD)}
    restricted = said(EntryRestricted(thing=THING, title="A contact was made", roles=("lado",)), 3)
    assert past.take(restricted) == {HERE}
