"""What People does when others' facts arrive."""

from services.assessment.events import AllocationText, WorkerAllocated
from services.fws.events import KeyworkerAllocated, KeyworkerText
from services.people.policy import policy
from services.people.streams.professional import LearnProfessional
from shared.domain.fields import Professional
from shared.domain.instants import london
from shared.testing.facts import ADULT, actor
from shared.testing.policies import given_policy

NOW = london(2026, 4, 7, 9, 15)
MANAGER = actor("team_manager", "Ravi Cole")


def test_a_worker_who_was_named_has_an_id_from_now_on():
    allocated = WorkerAllocated(
        worker=ADULT,
        assessment_due_in_working_days=30,
        sealed=AllocationText(worker_name="Mia Dunn", reason=""),
    )
    given_policy(policy).when(allocated, at=NOW, by=MANAGER).then(
        LearnProfessional(
            about=(ADULT,),
            professional=Professional(id=ADULT, name="Mia Dunn"),
            agency="childrens_social_care",
        )
    )


def test_a_worker_of_another_agency_is_learnt_as_one_of_it():
    allocated = WorkerAllocated(
        worker=ADULT,
        worker_agency="family_wellbeing",
        assessment_due_in_working_days=30,
        sealed=AllocationText(worker_name="Kim Roe", reason=""),
    )
    given_policy(policy).when(allocated, at=NOW, by=MANAGER).then(
        LearnProfessional(
            about=(ADULT,), professional=Professional(id=ADULT, name="Kim Roe"), agency="family_wellbeing"
        )
    )


def test_of_an_erased_child_nothing_is_learnt():
    erased = WorkerAllocated(worker=ADULT, assessment_due_in_working_days=30)
    given_policy(policy).when(erased, at=NOW, by=MANAGER).nothing()


def test_a_keyworker_who_was_named_has_an_id_from_now_on():
    allocated = KeyworkerAllocated(worker=ADULT, sealed=KeyworkerText(worker_name="Kim Vale"))
    given_policy(policy).when(allocated, at=NOW, by=actor("fws_manager")).then(
        LearnProfessional(
            about=(ADULT,), professional=Professional(id=ADULT, name="Kim Vale"), agency="family_wellbeing"
        )
    )
    erased = allocated.model_copy(update={"sealed": None})
    given_policy(policy).when(erased, at=NOW, by=actor("mash_manager", "")).nothing()
