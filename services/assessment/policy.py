"""What assessment does when other teams' facts arrive."""

from uuid import UUID

from services.assessment.codes import PlanEnd
from services.assessment.rules import CAN_WAIT
from services.assessment.streams.asking import TakeCheck, TakeConsent, TakeDispensing, TakeWithdrawal
from services.assessment.streams.child_in_need_plan import CeaseChildInNeedPlan
from services.assessment.streams.private_fostering import OpenArrangement
from services.assessment.streams.protection_plan import NoteProtectionPlan, NoteProtectionPlanEnd
from services.assessment.streams.referral import (
    OpenReferral,
    TakeChildAtRisk,
    TakeConferenceHeld,
    TakeImmediateHarm,
    TakeNote,
    TakePlanMade,
    TakePlanTransferIn,
    TakeStepUp,
)
from services.conference import events as conference
from services.fws import events as fws
from services.lado import events as lado
from services.mash import events as mash
from services.missing import events as missing
from services.people import events as people
from services.teams import events as teams
from shared.domain.code_lists import ReferralSource
from shared.domain.command import Command
from shared.domain.event import Event, Record
from shared.domain.instants import local_date, start_of_day
from shared.domain.policy import Policy, TaskFor
from shared.team.elsewhere import NoteAct, NoteEnd, NoteStart
from shared.team.tasks import RaiseTask

policy = Policy("assessment")

_CAN_WAIT = "within_3_working_days"
"""The front door's word for a discussion that need not be held the same day."""


@policy.on(mash.ReferralAccepted, already_open=TaskFor("team_manager"))
def open_referral(event: mash.ReferralAccepted, record: Record) -> OpenReferral:
    """MASH accepted a contact: the child's referral opens and waits for allocation.

    Where one is open already, a manager looks at what the new contact adds to it.
    """
    return OpenReferral(
        about=(event.child,) if event.child else (),
        contact=event.contact,
        received_at=event.received_at,
        source=event.source,
        referrer_agency=event.referrer_agency,
        tell_referrer=event.tell_referrer,
        level=event.level,
        primary_need=event.primary_need,
    )


@policy.on(mash.ImmediateHarmIdentified)
def take_immediate_harm(event: mash.ImmediateHarmIdentified, record: Record) -> TakeImmediateHarm:
    """A child is at immediate harm: they are seen today, on the open referral or on one that opens at once."""
    return TakeImmediateHarm(
        about=(event.child,) if event.child else (),
        contact=event.contact,
        received_at=event.received_at,
        source=event.source,
        referrer_agency=event.referrer_agency,
        tell_referrer=event.tell_referrer,
        primary_need=event.primary_need,
    )


@policy.on(mash.ReferralAccepted)
def discuss_strategy(event: mash.ReferralAccepted, record: Record) -> NoteStart | None:
    """MASH decided "strategy discussion now": it is due the same day, or in three working days where it can wait (A11)."""
    if event.strategy is None:
        return None
    return NoteStart(
        about=(event.child,) if event.child else (),
        rule="A11",
        cause=record.envelope.event_id,
        stage=CAN_WAIT if event.strategy == _CAN_WAIT else None,
    )


@policy.on(mash.ImmediateHarmIdentified)
def discuss_strategy_today(event: mash.ImmediateHarmIdentified, record: Record) -> NoteStart:
    """Of a child at immediate harm a strategy discussion is due the same day (A11)."""
    return NoteStart(about=(event.child,) if event.child else (), rule="A11", cause=record.envelope.event_id)


@policy.on(fws.ImmediateEscalationRaised)
def take_escalation(
    event: fws.ImmediateEscalationRaised, record: Record
) -> list[TakeImmediateHarm | NoteStart]:
    """Family wellbeing found harm, or a risk of it: the children are seen today, and a strategy discussion is due (F10, A11).

    All of it runs from when the harm was escalated; the referral's source is early help.
    """
    about, cause = (event.child,) if event.child else (), record.envelope.event_id
    return [
        TakeImmediateHarm(
            about=about,
            contact=event.contact,
            received_at=record.happened_at,
            source=ReferralSource.S5D,
            referrer_agency="family_wellbeing",
            primary_need=event.primary_need,
        ),
        NoteStart(about=about, rule="F10", cause=cause),
        NoteStart(about=about, rule="A11", cause=cause),
    ]


@policy.on(lado.ChildAtRiskNotified, already_open=TaskFor("team_manager"))
def take_child_at_risk(
    event: lado.ChildAtRiskNotified, record: Record
) -> TakeImmediateHarm | TakeChildAtRisk | None:
    """The LADO told of a child at risk, without who the adult is (L8): the referral opens, and where it is urgent the child is
    seen the same day (A1). What was told stands in the chronology.

    Where a referral is open already, it is marked where it is urgent; else a manager looks at what was told.
    """
    if event.to != "assessment":
        return None
    if not event.urgent:
        return TakeChildAtRisk(about=_about(event))
    return TakeImmediateHarm(
        about=_about(event),
        contact=None,
        received_at=record.happened_at,
        source=ReferralSource.S5A,
        referrer_agency="lado",
    )


@policy.on(fws.TransferDecided, already_open=TaskFor("team_manager"))
def take_panel_decision(event: fws.TransferDecided, record: Record) -> TakeStepUp | RaiseTask | None:
    """The transfer panel decided (F11): an agreed step-up opens the referral. Of a step-down that was agreed, or was not, a
    manager hears: the case here is to be closed, or goes on.

    Where a referral is open already, a manager looks at what the step-up adds to it.
    """
    about = _about(event)
    if event.up and event.agreed:
        return TakeStepUp(about=about, source=event.source, primary_need=event.primary_need)
    if event.up or event.deferred:
        return None
    return RaiseTask(
        about=about,
        role="team_manager",
        reason="step_down_agreed" if event.agreed else "step_down_not_agreed",
        rules=("F11",),
        regarding=record.envelope.event_id,
        source="fws",
    )


@policy.on(mash.ContactPassedToOpenCase)
def tell_the_worker(event: mash.ContactPassedToOpenCase, record: Record) -> list[TakeNote | RaiseTask]:
    """What was reported is a note on the open case: its worker reads it, or in their absence the manager."""
    about = (event.child,) if event.child else ()
    return [
        TakeNote(about=about, contact=event.contact),
        RaiseTask(
            about=about,
            role="social_worker",
            reason="note_on_open_case",
            rules=("M9",),
            regarding=record.envelope.event_id,
            source="mash",
        ),
    ]


@policy.on(mash.PrivateFosteringNotified, already_open=TaskFor("team_manager"))
def open_arrangement(event: mash.PrivateFosteringNotified, record: Record) -> OpenArrangement:
    """The front door was told of a privately fostered child: visits are due from when the authority was aware (A9, A16).

    Where an arrangement is open already, a manager looks at what the new notice adds to it.
    """
    return OpenArrangement(
        about=(event.child,) if event.child else (), contact=event.contact, aware_at=event.aware_at
    )


@policy.on(mash.ConsentRecorded)
def take_consent(event: mash.ConsentRecorded, record: Record) -> TakeConsent:
    """What somebody agreed to at the front door counts here too, until it is withdrawn (A7)."""
    return TakeConsent(
        about=(event.child,) if event.child else (),
        contact=event.contact,
        given_by=event.given_by,
        scope=event.scope,
    )


@policy.on(mash.ConsentDispensed)
def take_dispensing(event: mash.ConsentDispensed, record: Record) -> TakeDispensing:
    """That the front door asks without consent, on a lawful basis, counts here too (A7)."""
    return TakeDispensing(
        about=(event.child,) if event.child else (), contact=event.contact, lawful_basis=event.lawful_basis
    )


@policy.on(mash.ConsentWithdrawn)
def take_withdrawal(event: mash.ConsentWithdrawn, record: Record) -> TakeWithdrawal:
    """What was withdrawn at the front door counts no longer here either."""
    return TakeWithdrawal(
        about=(event.child,) if event.child else (),
        contact=event.contact,
        withdrawn_by=event.withdrawn_by,
        scope=event.scope,
    )


@policy.on(mash.AgencyCheckRequested)
def take_check(event: mash.AgencyCheckRequested, record: Record) -> TakeCheck:
    """An agency that the front door asked is told what came of it (A6)."""
    return TakeCheck(
        about=(event.child,) if event.child else (),
        check=event.check,
        agency=event.agency,
        contact=event.contact,
    )


@policy.on(people.LookedAfterStarted)
def end_the_plan(event: people.LookedAfterStarted, record: Record) -> CeaseChildInNeedPlan:
    """The child became looked after: a child-in-need plan ends with that day, whenever it was recorded."""
    same_day = local_date(record.happened_at) == event.since
    return CeaseChildInNeedPlan(
        about=(event.child or record.stream,),
        reason=PlanEnd.LOOKED_AFTER,
        happened=record.happened_at if same_day else start_of_day(event.since),
    )


@policy.on(conference.ConferenceHeld)
def take_conference(event: conference.ConferenceHeld, record: Record) -> TakeConferenceHeld:
    """A conference was held: the case does not close as no further action (A10)."""
    return TakeConferenceHeld(about=_about(event), conference=record.stream)


@policy.on(conference.ChildProtectionPlanMade)
def take_plan(event: conference.ChildProtectionPlanMade, record: Record) -> list[Command]:
    """A child protection plan was made: it takes the place of a child-in-need plan (C8), and the case is handed over (T1)."""
    return [
        NoteProtectionPlan(about=_about(event), plan=record.stream),
        CeaseChildInNeedPlan(about=_about(event), reason=PlanEnd.CHILD_PROTECTION_PLAN),
        TakePlanMade(about=_about(event), plan=record.stream),
    ]


@policy.on(conference.ChildProtectionPlanEnded)
def take_plan_end(event: conference.ChildProtectionPlanEnded, record: Record) -> list[Command]:
    """The child protection plan ended: a manager decides whether a child-in-need plan, a step-down or the close follows."""
    return [
        NoteProtectionPlanEnd(about=_about(event), plan=record.stream),
        RaiseTask(
            about=_about(event),
            role="team_manager",
            reason="protection_plan_ended",
            regarding=record.envelope.event_id,
            source="conference",
        ),
    ]


@policy.on(conference.PlanTransferInReceived)
def take_plan_moved_here(event: conference.PlanTransferInReceived, record: Record) -> TakePlanTransferIn:
    """A child on another authority's plan moved here: where no referral is open, one opens."""
    return TakePlanTransferIn(
        about=_about(event), received_at=event.hold_by.starts_at, primary_need=event.primary_need
    )


@policy.on(conference.ChildSeen, teams.ChildSeen)
def note_visit(event: conference.ChildSeen | teams.ChildSeen, record: Record) -> list[NoteAct]:
    """A visit by another team counts here too: that the child must be seen (A1, A2), and for a plan (A15)."""
    act = record.envelope.event_id
    return [
        NoteAct(about=_about(event), rule="A1", act=act),
        NoteAct(about=_about(event), rule="A2", act=act),
        NoteAct(about=_about(event), rule="A15", act=act, repeats=True),
    ]


@policy.on(missing.ChildReportedMissing)
def discuss_missing_child(event: missing.ChildReportedMissing, record: Record) -> NoteStart:
    """A child is missing: a strategy discussion is due within a day of the report, while they are (R8)."""
    return NoteStart(
        about=_about(event), rule="R8", cause=record.envelope.event_id, happened=event.received_at
    )


@policy.on(missing.ChildFound, missing.EpisodeClosed)
def discuss_no_more(event: missing.ChildFound | missing.EpisodeClosed, record: Record) -> NoteEnd:
    """The child is back, or was not missing: no discussion is due for that any more (R8)."""
    return NoteEnd(about=_about(event), rule="R8", cause=record.envelope.event_id)


@policy.on(missing.RepeatPatternDetected)
def propose_discussion(event: missing.RepeatPatternDetected, record: Record) -> RaiseTask:
    """A child goes missing again and again, or something points to exploitation: a manager is proposed a strategy
    discussion (R5). It opens nothing.
    """
    return RaiseTask(
        about=_about(event),
        role="team_manager",
        reason="strategy_discussion_proposed",
        rules=("R5",),
        regarding=record.envelope.event_id,
        source="missing",
    )


def _about(event: Event) -> tuple[UUID, ...]:
    return (event.child,) if event.child else ()
