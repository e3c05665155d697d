"""What the receiving teams do when other teams' facts arrive: a case is offered to whoever it is for, by their rows."""

from uuid import UUID

from services.assessment import events as assessment
from services.conference import events as conference
from services.fws import events as fws
from services.mash import events as mash
from services.missing import events as missing
from services.people import events as people
from services.teams.rows import Occasion, Teams
from services.teams.streams.team_case import TakeOffer
from shared.domain.event import Event, Record
from shared.domain.policy import AlreadySo, Policy, TaskFor
from shared.team.tasks import RaiseTaskWhereOpen


def policy_of(teams: Teams) -> Policy:
    """The policy by these rows."""
    policy = Policy("teams", manager="team_lead")
    known = teams.teams

    def offers(event: Event, occasion: Occasion) -> list[TakeOffer]:
        """To each team whose row says so, where the child is one whom it is for."""
        return [
            TakeOffer(about=_about(event), team=team, occasion=occasion, by_age=True)
            for team in teams.on(occasion)
        ]

    @policy.on(assessment.CaseTransferred, already_open=TaskFor("team_lead"))
    def take_transfer(event: assessment.CaseTransferred, record: Record) -> TakeOffer | None:
        """The case was transferred with a handover: it is offered to that team."""
        if event.to.value not in known:
            return None
        text = record.text or {}
        return TakeOffer(
            about=_about(event),
            team=event.to.value,
            occasion="transfer",
            handover=text.get("handover") or "",
            risks=text.get("risks") or "",
        )

    @policy.on(fws.TransferDecided, already_open=TaskFor("team_lead"))
    def take_step_up(event: fws.TransferDecided, record: Record) -> TakeOffer | None:
        """The transfer panel agreed a step-up and named a team: the case is offered to it."""
        if not (event.up and event.agreed) or event.team is None or event.team.value not in known:
            return None
        reason = (record.text or {}).get("reason") or ""
        return TakeOffer(about=_about(event), team=event.team.value, occasion="panel", handover=reason)

    @policy.on(mash.ContactDecided, already_open=TaskFor("team_lead"))
    def take_decision(event: mash.ContactDecided, record: Record) -> list[TakeOffer]:
        """The front door decided for a team that it named, or for children with disabilities."""
        if event.team is not None and event.team.value in known:
            return [TakeOffer(about=_about(event), team=event.team.value, occasion="decision")]
        if event.outcome.value != "children_with_disabilities":
            return []
        return offers(event, "disability_decided")

    @policy.on(people.LookedAfterStarted, already_open=AlreadySo)
    def take_looked_after(event: people.LookedAfterStarted, record: Record) -> list[TakeOffer]:
        """The child became looked after: those who work with looked-after children are offered the case."""
        child = event.child or record.stream
        return [
            TakeOffer(about=(child,), team=team, occasion="looked_after", by_age=True)
            for team in teams.on("looked_after")
        ]

    @policy.on(people.LookedAfterEnded)
    def end_looked_after(event: people.LookedAfterEnded, record: Record) -> RaiseTaskWhereOpen:
        """The child is looked after no longer: a lead looks at what is open; nothing closes by itself."""
        return RaiseTaskWhereOpen(
            about=(event.child or record.stream,),
            role="team_lead",
            reason="looked_after_ended",
            regarding=record.envelope.event_id,
            source="people",
            team="teams",
            kind="team_case",
        )

    @policy.on(conference.ChildProtectionPlanMade, already_open=AlreadySo)
    def take_plan(event: conference.ChildProtectionPlanMade, record: Record) -> list[TakeOffer]:
        """A child protection plan was made: those who look at plans from outside are offered the case."""
        return offers(event, "protection_plan")

    @policy.on(missing.RepeatPatternDetected, already_open=AlreadySo)
    def take_pattern(event: missing.RepeatPatternDetected, record: Record) -> list[TakeOffer]:
        """A child goes missing again and again, or there is a sign of exploitation: the team for that is offered the case."""
        return offers(event, "repeat_pattern")

    return policy


def _about(event: Event) -> tuple[UUID, ...]:
    return (event.child,) if event.child else ()
