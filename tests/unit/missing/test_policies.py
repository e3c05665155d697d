"""What the missing children's team does when others' facts arrive."""

from services.assessment import events as assessment
from services.mash import events as mash
from services.missing.policy import policy
from services.missing.streams.known_to import NoteWorker
from services.missing.streams.missing_episode import TakeInMissingNotice
from shared.testing.facts import ADULT, CHILD, STREAM, THING
from shared.testing.policies import given_policy
from tests.unit.missing.episodes import MISSED, REPORTED


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
