"""What the tests of merges share: two records of one girl and what the teams make of them, as one story."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.assessment.app import app as assessment
from services.chronology.app import app as chronology
from services.mash.app import app as mash
from services.people.app import app as people
from services.people.codes import MergeReason
from services.people.streams.person import MergePeople, RegisterPerson, UnmergePeople
from shared.domain.instants import london
from shared.testing.deciders import Story, story_of
from shared.testing.facts import actor
from tests.unit.mash.contacts import ACCEPT, RECEIVE

MANAGER = actor("mash_manager", "Ana Lim")
MONDAY = london(2026, 4, 13, 9)
BORN = date(2022, 12, 1)
REASONS = (MergeReason.SAME_BIRTH_DATE, MergeReason.NAME_VARIANT)


@dataclass(frozen=True)
class Girls:
    """A story in which these children are registered."""

    story: Story
    ids: tuple[UUID, ...]


def registered(*names: str, kind: str = "child") -> Girls:
    """A story in which these people are known to every team."""
    story, ids = story_of(people, mash, assessment, chronology), list[UUID]()
    for name in names:
        told = RegisterPerson(kind=kind, name=name, born=BORN)
        story = story.when(told, at=MONDAY - timedelta(days=1), by=MANAGER)
        ids.append(story.id)
    return Girls(story, tuple(ids))


def merge(*ids: UUID, keep: UUID | None = None) -> MergePeople:
    return MergePeople(about=ids, keep=keep or ids[0], reasons=REASONS)


def unmerge(*ids: UUID, re: UUID | None = None) -> UnmergePeople:
    return UnmergePeople(about=ids, re=re, reason="They are twins.")


def contact_about(story: Story, child: UUID, *, at: datetime = MONDAY) -> tuple[Story, UUID]:
    """Somebody reports a worry about a child."""
    story = story.when(RECEIVE.model_copy(update={"about": (child,)}), at=at, by=MANAGER)
    assert story.refusal is None, story.refusal
    return story, story.id


def referral_of(story: Story, child: UUID, *, at: datetime = MONDAY) -> Story:
    """A worry about a child is accepted: a referral opens."""
    story, contact = contact_about(story, child, at=at)
    story = story.when(ACCEPT.model_copy(update={"re": contact}), at=at, by=MANAGER)
    assert story.refusal is None, story.refusal
    return story


def same_in(story: Story, team: str, person: UUID) -> set[UUID]:
    """The ids that a team takes for this person."""
    known = story.stream("known_person", about=person, team=team).state.same
    return {person} if known is None else set(known.ids)
