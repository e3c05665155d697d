"""What the missing children's team does when other teams' facts arrive."""

from services.assessment import events as assessment
from services.fws import events as fws
from services.mash import events as mash
from services.missing.codes import MissingFrom
from services.missing.streams.known_to import NoteWorker, NoteWorkerGone
from services.missing.streams.missing_episode import TakeInMissingNotice
from services.missing.streams.pattern import NoteDiscussionHeld, NoteLookedAfter
from services.people import events as people
from shared.domain.event import Record
from shared.domain.policy import AlreadySo, Policy

policy = Policy("missing", manager="missing_coordinator")


@policy.on(mash.MissingNoticeReceived)
def take_in_notice(event: mash.MissingNoticeReceived, record: Record) -> TakeInMissingNotice:
    """The front door was notified that a child is missing: an episode opens, unless one is open."""
    return TakeInMissingNotice(
        about=(event.child,) if event.child else (),
        contact=event.contact,
        missing_from=MissingFrom(event.missing_from.value) if event.missing_from else None,
        police_reference=(record.text or {}).get("police_reference") or None,
    )


@policy.on(assessment.WorkerAllocated, corrected=AlreadySo)
def note_worker(event: assessment.WorkerAllocated, record: Record) -> NoteWorker:
    """The child has a social worker: an adult they know, who is asked first to offer a return interview (R2)."""
    return _worker(event, record)


@policy.on(assessment.AllocationEnded, corrected=AlreadySo)
def note_worker_gone(event: assessment.AllocationEnded, record: Record) -> NoteWorkerGone:
    """The social worker works with the child no longer; another may have come before this is heard."""
    return NoteWorkerGone(
        about=(event.child,) if event.child else (), worker=event.worker, case=record.stream
    )


@policy.on(fws.KeyworkerAllocated, corrected=AlreadySo)
def note_keyworker(event: fws.KeyworkerAllocated, record: Record) -> NoteWorker:
    """The family has a keyworker: an adult the child knows (R2)."""
    return _worker(event, record)


def _worker(event: assessment.WorkerAllocated | fws.KeyworkerAllocated, record: Record) -> NoteWorker:
    return NoteWorker(
        about=(event.child,) if event.child else (),
        worker=event.worker,
        agency=event.worker_agency or record.envelope.agency,
        case=record.stream,
    )


@policy.on(fws.EarlyHelpEnded, corrected=AlreadySo)
def note_keyworker_gone(event: fws.EarlyHelpEnded, record: Record) -> NoteWorkerGone:
    """Early help ended: its keyworker works with the child no longer."""
    return NoteWorkerGone(about=(event.child,) if event.child else (), case=record.stream)


@policy.on(assessment.StrategyMeetingHeld)
def note_discussion(event: assessment.StrategyMeetingHeld, record: Record) -> NoteDiscussionHeld:
    """A strategy discussion on the child was held: what was proposed is answered, and a later trigger proposes anew (R5)."""
    return NoteDiscussionHeld(about=(event.child,) if event.child else ())


@policy.on(people.LookedAfterStarted)
def note_looked_after(event: people.LookedAfterStarted, record: Record) -> NoteLookedAfter:
    """The child became looked after: of one who is missing, three are told from then on (R10), and they come first (R4)."""
    return NoteLookedAfter(about=(event.child or record.stream,))
