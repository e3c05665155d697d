"""What the family wellbeing service does when other teams' facts arrive."""

from services.assessment import events as assessment
from services.conference import events as conference
from services.fws.codes import Criterion
from services.fws.streams.family_episode import TakeRequest, TakeWithdrawal
from services.fws.streams.transfer_proposal import TakeStepDown
from services.mash import events as mash
from shared.domain.code_lists import ConsentScope
from shared.domain.event import Record
from shared.domain.policy import Policy, TaskFor
from shared.team.tasks import RaiseTaskWhereOpen

policy = Policy("fws")


@policy.on(mash.EarlyHelpRequested, already_open=TaskFor("fws_manager"))
def take_request(event: mash.EarlyHelpRequested, record: Record) -> TakeRequest:
    """MASH decided that the family gets early help: the child's episode begins, from the decision.

    Where one is open already, a manager looks at what the new request adds to it.
    """
    about = (event.child,) if event.child else ()
    return TakeRequest(
        about=about,
        request=record.envelope.command_id,
        family=event.children or about,
        contact=event.contact,
        requested_at=record.happened_at,
        source=event.source,
        level=event.level,
        criteria=tuple(Criterion[each.name] for each in event.criteria),
        consented_by=event.consented_by,
    )


@policy.on(mash.ConsentWithdrawn)
def take_withdrawal(event: mash.ConsentWithdrawn, record: Record) -> TakeWithdrawal | None:
    """What was withdrawn at the front door counts no longer here either (M16)."""
    if ConsentScope.REFERRAL not in event.scope:
        return None
    return TakeWithdrawal(about=(event.child,) if event.child else (), contact=event.contact)


@policy.on(mash.ContactReceived)
def tell_the_keyworker(event: mash.ContactReceived, record: Record) -> RaiseTaskWhereOpen | None:
    """Somebody told the front door of a child who has early help: the keyworker hears of it. It opens nothing here."""
    if event.child is None:
        return None
    return RaiseTaskWhereOpen(
        about=(event.child,),
        role="keyworker",
        reason="contact_received",
        regarding=record.envelope.event_id,
        source="mash",
        team="fws",
        kind="family_episode",
    )


@policy.on(assessment.StepDownProposed, conference.StepDownProposed, already_open=TaskFor("fws_manager"))
def put_on_the_panel(
    event: assessment.StepDownProposed | conference.StepDownProposed, record: Record
) -> TakeStepDown:
    """Social care or a conference proposes that early help is enough: it is for the next transfer panel (F11).

    Where a step-up of the child waits for the panel, a manager looks at both.
    """
    text = record.text or {}
    return TakeStepDown(
        about=(event.child,) if event.child else (),
        proposed_by=record.service,
        reason=text.get("reason") or "",
        goals=tuple(text.get("goals") or ()),
    )
