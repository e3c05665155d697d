"""Merging: records of one person are read as one by every team, for as long as the merge stands, and nothing moves."""

from datetime import timedelta
from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.assessment.events import ReferralOpened, WorkerAllocated
from services.assessment.streams.referral import AllocateWorker
from services.chronology.events import EntryReceived
from services.mash.events import ContactPassedToOpenCase, ContactReceived
from services.people.entries import entries
from services.people.events import MergedText, PeopleMerged, PeopleUnmerged, UnmergedText
from services.people.matching.views import possible_duplicates
from services.people.rules import RULES
from services.people.streams.person import FlagPossibleDuplicate, MergePeople, RecordDeath, RegisterPerson
from shared.domain.actors import Actor
from shared.domain.fields import Professional
from shared.team.corrections import CorrectRecord
from shared.team.tasks import TaskRaised
from shared.testing.entries import given_entries
from shared.testing.facts import CHILD, SIBLING
from tests.unit.mash.contacts import ACCEPT
from tests.unit.people.merged import (
    MANAGER,
    MONDAY,
    REASONS,
    contact_about,
    merge,
    referral_of,
    registered,
    same_in,
    unmerge,
)

TEAMS = ("mash", "assessment", "chronology")
TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)
ALLOCATE = AllocateWorker(worker=Professional(id=uuid4(), name="Sam Ode"))


def about(story, kind):
    """The ids that the facts of this kind are about, in their order."""
    return [one.event.child for one in story.records if isinstance(one.event, kind)]


def test_a_merge_is_said_on_each_record_and_every_team_hears_of_it_and_of_its_end():
    girls = registered("Zoe Test", "Zoë Test-Ames")
    zoe, zoe2 = girls.ids
    asked = MergePeople(about=(zoe, zoe2), keep=zoe, reasons=REASONS, notes="The ward mistyped.")
    story = girls.story.when(asked, at=MONDAY, by=MANAGER)
    text = MergedText(notes="The ward mistyped.")
    story.then(PeopleMerged(merge=story.id, kept=zoe, people=(zoe, zoe2), reasons=REASONS, sealed=text))
    for team in TEAMS:
        assert same_in(story, team, zoe) == same_in(story, team, zoe2) == {zoe, zoe2}
    undone = story.when(unmerge(zoe2, zoe), at=TUESDAY, by=MANAGER)
    why = UnmergedText(reason="They are twins.")
    undone.then(PeopleUnmerged(merge=story.id, kept=zoe, people=(zoe, zoe2), sealed=why))
    for team in TEAMS:
        assert (same_in(undone, team, zoe), same_in(undone, team, zoe2)) == ({zoe}, {zoe2})


def test_a_merge_is_undone_by_its_id_too_and_may_be_made_again_the_other_way_round():
    girls = registered("Zoe Test", "Zoë Test-Ames")
    merged = girls.story.when(merge(*girls.ids), at=MONDAY, by=MANAGER)
    undone = merged.when(unmerge(re=merged.id), at=MONDAY, by=MANAGER)
    assert about(undone, PeopleUnmerged) == list(girls.ids)
    again = undone.when(merge(*girls.ids, keep=girls.ids[1]), at=TUESDAY, by=MANAGER)
    assert again.stream("person", about=girls.ids[0]).state.same.kept == girls.ids[1]
    again.when(unmerge(re=merged.id), at=TUESDAY, by=MANAGER).refused("people")


def test_what_cannot_be_merged_or_undone_is_refused_with_what_to_do():
    girls = registered("Zoe Test", "Zoë Test-Ames", "Zo Ames")
    (a, b, c), apart = girls.ids, girls.story
    two, three = (apart.when(merge(*each), at=MONDAY, by=MANAGER) for each in ((a, b), (a, b, c)))
    grown = apart.when(RegisterPerson(kind="adult", name="Grace Test"), at=MONDAY, by=MANAGER)
    for story, command, words in (
        (apart, merge(a, b, keep=c), "send it about this one too"),
        (apart, merge(a), "at least two records"),
        (two, merge(a, c), "undo that first"),
        (two, merge(a, b), "undo that first"),
        (grown, merge(a, grown.id), "a child and an adult are not one person"),
        (apart, unmerge(a, b), "nothing to undo"),
        (three, unmerge(a, b), "as a whole"),
    ):
        answer = story.when(command, at=TUESDAY, by=MANAGER)
        answer.refused("people")
        assert words in answer.refusal.message
    with pytest.raises(ValidationError, match="at least 1 item"):
        MergePeople(about=(a, b), keep=a, reasons=())


def test_every_team_acts_on_a_merge_so_it_is_undone_and_not_withdrawn():
    girls = registered("Zoe Test", "Zoë Test-Ames")
    merged = girls.story.when(merge(*girls.ids), at=MONDAY, by=MANAGER)
    withdrawn = CorrectRecord(re=merged.id, reason="Wrong.", withdrawn=True)
    answer = merged.when(withdrawn, at=TUESDAY, by=MANAGER)
    answer.refused("E3")
    assert "UnmergePeople" in answer.refusal.message


def test_two_flagged_as_alike_are_no_question_any_more_once_they_are_merged_or_were():
    girls = registered("Zoe Test", "Zoë Test-Ames")
    flag = FlagPossibleDuplicate(about=girls.ids, reasons=REASONS, score=80)
    flagged = girls.story.when(flag, at=MONDAY, by=MANAGER)
    assert len(flagged.rows(possible_duplicates)) == 1
    merged = flagged.when(merge(*girls.ids), at=MONDAY, by=MANAGER)
    assert merged.rows(possible_duplicates) == []
    service = Actor.service("people", "childrens_social_care")
    merged.when(flag, at=MONDAY, by=service).nothing()
    undone = merged.when(unmerge(*girls.ids), at=MONDAY, by=MANAGER)
    undone.when(flag, at=MONDAY, by=service).nothing()
    assert len(undone.when(flag, at=MONDAY, by=MANAGER).rows(possible_duplicates)) == 1


def test_what_is_recorded_meanwhile_stands_with_the_kept_record_and_stays_there_afterwards():
    girls = registered("Zoe Test", "Zoë Test-Ames")
    zoe, zoe2 = girls.ids
    story, _ = contact_about(girls.story, zoe2)
    story = story.when(merge(zoe, zoe2), at=MONDAY, by=MANAGER)
    story, _ = contact_about(story, zoe2, at=TUESDAY)
    story = story.when(unmerge(zoe, zoe2), at=TUESDAY, by=MANAGER)
    story, _ = contact_about(story, zoe2, at=WEDNESDAY)
    assert about(story, ContactReceived) == [zoe2, zoe, zoe2]
    told = [
        one.event.child
        for one in story.records
        if isinstance(one.event, EntryReceived) and one.event.entry.source_event == ContactReceived.NAME
    ]
    assert told == [zoe2, zoe, zoe2]


def test_a_thing_of_the_other_record_goes_on_where_it_is_and_is_found_under_both():
    girls = registered("Zoe Test", "Zoë Test-Ames")
    zoe, zoe2 = girls.ids
    story, contact = contact_about(girls.story, zoe2)
    clock = story.clock("M1", of=contact)
    story = story.when(merge(zoe, zoe2), at=TUESDAY, by=MANAGER)
    assert story.clock("M1", of=contact) == clock
    decided = story.when(ACCEPT.model_copy(update={"re": contact, "about": (zoe,)}), at=TUESDAY, by=MANAGER)
    assert about(decided, ReferralOpened) == [zoe]  # what opens anew is the kept record's
    undone = decided.when(unmerge(zoe, zoe2), at=WEDNESDAY, by=MANAGER)
    answer = undone.when(ALLOCATE.model_copy(update={"about": (zoe2,)}), at=WEDNESDAY, by=MANAGER)
    answer.refused("A10")  # it stands where it was recorded


def test_a_case_open_under_either_id_makes_a_report_a_note():
    girls = registered("Zoe Test", "Zoë Test-Ames")
    zoe, zoe2 = girls.ids
    story = referral_of(girls.story, zoe2)
    story, _ = contact_about(story, zoe, at=MONDAY)
    assert about(story, ContactPassedToOpenCase) == []
    story = story.when(merge(zoe, zoe2), at=TUESDAY, by=MANAGER)
    story, _ = contact_about(story, zoe, at=TUESDAY)
    assert about(story, ContactPassedToOpenCase) == [zoe]
    story = story.when(unmerge(zoe, zoe2), at=WEDNESDAY, by=MANAGER)
    story, _ = contact_about(story, zoe, at=WEDNESDAY)
    assert about(story, ContactPassedToOpenCase) == [zoe]


def test_two_open_of_a_kind_are_a_task_for_the_manager_once_and_no_clock_changes():
    girls = registered("Zoe Test", "Zoë Test-Ames")
    zoe, zoe2 = girls.ids
    story = referral_of(referral_of(girls.story, zoe), zoe2)
    before = [story.clock("A2", about=each) for each in girls.ids]
    merged = story.when(merge(zoe2, zoe), at=TUESDAY, by=MANAGER)
    merged.tasks(("team_manager", "two_open_after_merge"))
    [task] = [one.event for one in merged.followed if isinstance(one.event, TaskRaised)]
    assert (task.child, task.regarding) == (zoe2, merged.id)
    assert [merged.clock("A2", about=each) for each in girls.ids] == before
    # The kept record's own is meant, until it is closed.
    allocated = merged.when(ALLOCATE.model_copy(update={"about": (zoe,)}), at=TUESDAY, by=MANAGER)
    assert about(allocated, WorkerAllocated) == [zoe2]


def test_one_open_is_no_task():
    girls = registered("Zoe Test", "Zoë Test-Ames")
    story = referral_of(girls.story, girls.ids[1])
    story.when(merge(*girls.ids), at=TUESDAY, by=MANAGER).tasks()


def test_a_death_is_a_task_in_every_team_with_something_open_and_closes_nothing():
    girls = registered("Zoe Test", "Zoë Test-Ames")
    zoe, zoe2 = girls.ids
    story = referral_of(girls.story, zoe2)
    died = RecordDeath(about=(zoe,), died=TUESDAY.date(), verified=True)
    story.when(died, at=TUESDAY, by=MANAGER).tasks()  # nothing is open about her
    of_zoe2 = died.model_copy(update={"about": (zoe2,)})
    after = story.when(of_zoe2, at=TUESDAY, by=MANAGER)
    after.tasks(("mash_manager", "death_recorded"), ("team_manager", "death_recorded"))
    assert after.stream("referral", about=zoe2, team="assessment") == story.stream(
        "referral", about=zoe2, team="assessment"
    )
    # Under all ids: a merge that comes first changes whose death it is.
    merged = story.when(merge(zoe, zoe2), at=TUESDAY, by=MANAGER)
    merged.when(died, at=TUESDAY, by=MANAGER).tasks(
        ("mash_manager", "death_recorded"), ("team_manager", "death_recorded")
    )


def test_the_chronology_says_of_each_record_what_became_of_it():
    said = given_entries(entries, RULES)
    merged = PeopleMerged(
        merge=uuid4(), kept=CHILD, people=(CHILD, SIBLING), reasons=REASONS, sealed=MergedText(notes="Same.")
    )
    said.when(merged, at=MONDAY).says(
        title="Merged with another record of the same child", parts=[("Notes", "Same.")], seen_by=[]
    )
    other = merged.model_copy(update={"child": SIBLING})
    said.when(other, at=MONDAY).says(title="Merged into another record of the same child")
    three = merged.model_copy(update={"people": (CHILD, SIBLING, uuid4())})
    said.when(three, at=MONDAY).says(title="Merged with 2 other records of the same child")
    undone = PeopleUnmerged(
        merge=uuid4(), kept=CHILD, people=(CHILD, SIBLING), sealed=UnmergedText(reason="Twins.")
    )
    said.when(undone, at=MONDAY).says(
        title="Merge undone: a record of its own again", significance="significant", parts=[("Why", "Twins.")]
    )
