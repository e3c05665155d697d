"""What the missing children's team does when others' facts arrive."""

from services.assessment import events as assessment
from services.mash import events as mash
from services.missing.policy import policy
from services.missing.streams.known_to import NoteWorker, NoteWorkerGone
from services.missing.streams.missing_episode import TakeInMissingNotice
from shared.testing.facts import ADULT, CHILD, SIBLING, STREAM, THING
from shared.testing.policies import given_policy
from tests.unit.missing.episodes import MISSED, REPORTED, team


def test_a_notice_to_the_front_door_opens_an_episode():
    notice = mash.MissingNoticeReceived(
        contact=THING, received_at=REPORTED, sealed=mash.MissingText(police_reference="CAD-9")
    )
    given_policy(policy).when(notice, at=REPORTED, happened=MISSED).then(
        TakeInMissingNotice(about=(CHILD,), contact=THING, police_reference="CAD-9")
    )


def test_a_worker_is_an_adult_whom_the_child_knows_r2():
    allocated = assessment.WorkerAllocated(worker=ADULT, assessment_due_in_working_days=45)
    given_policy(policy).when(allocated, at=REPORTED).then(
        NoteWorker(about=(CHILD,), worker=ADULT, agency="childrens_social_care", case=STREAM)
    )


def test_a_worker_who_is_gone_is_asked_no_more_and_who_followed_them_is_r2():
    gone = assessment.AllocationEnded(worker=ADULT)
    given_policy(policy).when(gone, at=REPORTED).then(
        NoteWorkerGone(about=(CHILD,), worker=ADULT, case=STREAM)
    )


def test_that_one_is_gone_says_nothing_of_who_came_after_them_r2():
    story = team
    for worker in (ADULT, SIBLING):
        story = story.when(
            NoteWorker(about=(CHILD,), worker=worker, agency="childrens_social_care", case=THING), at=REPORTED
        )
    story.when(NoteWorkerGone(about=(CHILD,), worker=ADULT, case=THING), at=REPORTED).nothing()
