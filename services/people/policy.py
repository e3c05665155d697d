"""What People does when other teams' facts arrive."""

from services.assessment import events as assessment
from services.fws import events as fws
from services.people.streams.professional import LearnProfessional
from shared.domain.event import Record
from shared.domain.fields import Professional
from shared.domain.policy import Policy

policy = Policy("people")


@policy.on(assessment.WorkerAllocated)
def learn_worker(event: assessment.WorkerAllocated, record: Record) -> LearnProfessional | None:
    """A manager named a social worker: from now on that name has its id here."""
    name = (record.text or {}).get("worker_name")
    if not name:  # erased since
        return None
    return LearnProfessional(
        about=(event.worker,),
        professional=Professional(id=event.worker, name=name),
        agency=event.worker_agency or record.envelope.agency,
    )


@policy.on(fws.KeyworkerAllocated)
def learn_keyworker(event: fws.KeyworkerAllocated, record: Record) -> LearnProfessional | None:
    """A manager named a keyworker: from now on that name has its id here."""
    name = (record.text or {}).get("worker_name")
    if not name:  # erased since
        return None
    return LearnProfessional(
        about=(event.worker,),
        professional=Professional(id=event.worker, name=name),
        agency=event.worker_agency or record.envelope.agency,
    )
