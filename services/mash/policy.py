"""What the front door does when other teams' facts arrive."""

from services.assessment import events as assessment
from services.conference import events as conference
from services.fws import events as fws
from services.lado import events as lado
from services.mash.codes import CaseKind
from services.mash.streams.contact import ReceiveContact, Referrer
from services.mash.streams.open_case import NoteCaseClosed, NoteCaseOpened
from shared.domain.code_lists import ReferralSource
from shared.domain.event import Record
from shared.domain.policy import AlreadySo, Policy
from shared.team.tasks import RaiseTask

policy = Policy("mash")


@policy.on(assessment.ReferralOpened, corrected=AlreadySo)
def note_referral(event: assessment.ReferralOpened, record: Record) -> NoteCaseOpened:
    """A referral is open: what is reported of the child from now on is a note on it (M9)."""
    return NoteCaseOpened(
        about=(event.child,) if event.child else (), kind=CaseKind.REFERRAL, case=record.stream
    )


@policy.on(assessment.CaseClosed)
def note_closing(event: assessment.CaseClosed, record: Record) -> NoteCaseClosed:
    """The referral is closed: what is reported of the child from now on is a contact of its own again (M9)."""
    return NoteCaseClosed(
        about=(event.child,) if event.child else (), kind=CaseKind.REFERRAL, case=record.stream
    )


@policy.on(assessment.ChildInNeedPlanStarted, corrected=AlreadySo)
def note_plan_in_need(event: assessment.ChildInNeedPlanStarted, record: Record) -> NoteCaseOpened:
    """A child-in-need plan is open: what is reported of the child is a note on it (M9)."""
    return NoteCaseOpened(about=(event.child,) if event.child else (), kind=CaseKind.PLAN, case=record.stream)


@policy.on(assessment.ChildInNeedPlanEnded, corrected=AlreadySo)
def note_plan_in_need_ended(event: assessment.ChildInNeedPlanEnded, record: Record) -> NoteCaseClosed:
    """The plan ended."""
    return NoteCaseClosed(about=(event.child,) if event.child else (), kind=CaseKind.PLAN, case=record.stream)


@policy.on(assessment.AssessmentAuthorised, corrected=AlreadySo)
def tell_the_referrer(event: assessment.AssessmentAuthorised, record: Record) -> RaiseTask | None:
    """The assessment is authorised: where there is somebody to tell, the front door's list says so."""
    if not event.to_tell:
        return None
    return RaiseTask(
        about=(event.child,) if event.child else (),
        role="mash_screener",
        reason="tell_the_referrer",
        rules=("A6",),
        regarding=record.envelope.event_id,
        source="assessment",
    )


@policy.on(conference.ChildProtectionPlanMade, corrected=AlreadySo)
def note_plan(event: conference.ChildProtectionPlanMade, record: Record) -> NoteCaseOpened:
    """The child is on a child protection plan: what is reported from now on is a note on that case (M9)."""
    return NoteCaseOpened(about=(event.child,) if event.child else (), kind=CaseKind.PLAN, case=record.stream)


@policy.on(conference.ChildProtectionPlanEnded, corrected=AlreadySo)
def note_plan_ended(event: conference.ChildProtectionPlanEnded, record: Record) -> NoteCaseClosed:
    """The plan ended: it makes no report a note any more (M9)."""
    return NoteCaseClosed(about=(event.child,) if event.child else (), kind=CaseKind.PLAN, case=record.stream)


@policy.on(fws.EarlyHelpDeclined)
def take_higher_need(event: fws.EarlyHelpDeclined, record: Record) -> ReceiveContact | None:
    """Family wellbeing declined a request because the need is higher: it is a contact, from when it was declined."""
    if event.reason != "higher_need":
        return None
    return _from_early_help(record, _words(record, "notes"), family_aware=event.told_family)


@policy.on(fws.ConsentWithdrawn)
def take_harm(event: fws.ConsentWithdrawn, record: Record) -> ReceiveContact | None:
    """A family wants no more help, and there is harm (F12): it is a contact, from when consent was withdrawn."""
    return _from_early_help(record, _words(record, "reason", "safe_to_end")) if event.harm else None


@policy.on(lado.ChildAtRiskNotified)
def take_child_at_risk(event: lado.ChildAtRiskNotified, record: Record) -> ReceiveContact | None:
    """The LADO told of a child at risk, without who the adult is (L8): it is a contact, or a note where a case is open (M9)."""
    if event.child is None or event.to != "mash":
        return None
    setting = f" ({event.setting_kind.value.replace('_', ' ')})" if event.setting_kind else ""
    urgent = "Urgent. " if event.urgent else ""
    return ReceiveContact(
        about=(event.child,),
        source=ReferralSource.S5A,
        referrer=Referrer(name=_teller(record), agency="lado", contact="through the LADO's service"),
        worries=f"{urgent}Told by the LADO of an adult who works with children{setting}: {_words(record, 'risk')}",
    )


def _teller(record: Record) -> str:
    """Who recorded it at the LADO, or the LADO."""
    return (record.text or {}).get("recorded_by") or "The LADO"


def _from_early_help(
    record: Record, worries: str, *, family_aware: bool | None = None
) -> ReceiveContact | None:
    """What family wellbeing tells the front door of a child, in the name of whoever recorded it there."""
    if record.event.child is None:
        return None
    who = (record.text or {}).get("recorded_by") or "Family wellbeing"
    return ReceiveContact(
        about=(record.event.child,),
        source=ReferralSource.S5D,
        referrer=Referrer(name=who, agency="family_wellbeing"),
        worries=worries or "Family wellbeing recorded harm, or a higher need, without more words.",
        family_aware=family_aware,
    )


def _words(record: Record, *parts: str) -> str:
    """The words of these parts of the text, as far as any were said."""
    text = record.text or {}
    return "\n".join(str(text[part]) for part in parts if text.get(part))
