"""While a child is missing: the report, the risk, sightings, who was told; and the report that was none."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.missing.codes import Category, Exploitation, MissingFrom, Risk, ToBeTold
from services.missing.events import (
    BecameLookedAfter,
    ChildReportedMissing,
    EpisodeClosed,
    EpisodeClosedText,
    IncidentOver,
    MechanismText,
    PlacingAuthorityTold,
    ReferralMechanismConsidered,
    ReportText,
    RiskText,
    RiskUpdated,
    SightingRecorded,
    SightingText,
    ToldText,
)
from services.missing.events.reported import NotTold as NotToldText
from services.missing.streams.missing_episode.state import (
    THREE,
    Decided,
    EpisodeOfChild,
    MissingEpisode,
    not_before,
    not_closed,
    still_missing,
)
from services.missing.streams.pattern import Pattern, counted, evolve, indicated
from shared.domain.code_lists import ToldHow
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import Distinct, RequiredText, ShortText, Text
from shared.domain.instants import Moment, local_date, utc
from shared.domain.receipt import Received


class ReportMissing(Received, name="missing.ReportMissing", opens=True, recorded_within="outside"):
    """Report a child missing, or away without authorisation: it happened when they were missed.

    R3, and R10 of a looked-after child, run from the moment of this command, or from `received` where our own staff write
    it up later. Of a child who is reported missing already, record a sighting or the risk instead.
    """

    missing_from: MissingFrom = Field(alias="from")
    category: Category = Category.MISSING
    police_reference: ShortText | None = None
    police_risk: Risk | None = None
    circumstances: RequiredText
    last_seen: Moment | None = None
    last_seen_at: Text = ""
    wearing: Text = ""
    with_whom: Distinct[ShortText] = ()
    reported_by: ShortText | None = None
    exploitation_indicators: Distinct[Exploitation] = ()
    placing_authority: ShortText | None = None


class TakeInMissingNotice(Received, name="missing.TakeInMissingNotice", opens=True, internal=True):
    """The front door was notified that a child is missing: the episode opens as if it had been reported here."""

    contact: UUID
    missing_from: MissingFrom | None = None
    police_reference: ShortText | None = None


class TakeLookedAfter(Command, name="missing.TakeLookedAfter", internal=True):
    """The child of this episode became looked after while missing: three are told from then on (R10)."""


class UpdateRisk(Command, name="missing.UpdateRisk"):
    """Grade the risk to a missing child (`re` the episode) anew, and say why."""

    police_risk: Risk
    reason: Text
    exploitation_indicators: Distinct[Exploitation] = ()


class RecordSighting(Command, name="missing.RecordSighting", recorded_within="outside"):
    """Record that somebody saw the missing child, where and with whom."""

    where: ShortText
    seen_with: Distinct[ShortText] = ()
    by_whom: ShortText | None = None
    exploitation_indicators: Distinct[Exploitation] = ()


class NotTold(BaseModel):
    """Who was not told, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    who: ToBeTold
    reason: RequiredText


class TellPlacingAuthority(Command, name="missing.TellPlacingAuthority"):
    """Record who was told that a looked-after child is missing, and who was not and why. The last of the three meets R10."""

    told: Distinct[ToBeTold]
    authority: ShortText | None = None
    names: Distinct[ShortText] = ()
    how: ToldHow | None = None
    not_told: tuple[NotTold, ...] = Field(default=(), max_length=len(ToBeTold))


class ConsiderReferralMechanism(Command, name="missing.ConsiderReferralMechanism"):
    """Record whether the child goes to the national referral mechanism, and whether contextual safeguarding was told (R9)."""

    considered: bool
    referred: bool
    first_responder: ShortText | None = None
    consent: bool | None = None
    contextual_safeguarding_told: bool
    reason: Text


class CloseEpisode(Command, name="missing.CloseEpisode"):
    """Close a report of a child who was not missing, or a second one of the same, and say why. Its clocks end."""

    reason: ShortText | None = None


def report_missing(command: ReportMissing, state: EpisodeOfChild, context: Context) -> list[Decided]:
    """Take the report in, and see whether it completes a pattern."""
    refuse_all(
        (
            "R8",
            state.pattern.missing is not None,
            "the child is reported missing already: record a sighting or the risk on that episode",
            "missing_already",
        ),
        (
            "E2",
            command.last_seen is not None and utc(command.last_seen) > context.happened_at,
            "the child was seen last before they were missed; correct the times",
        ),
    )
    actor = context.actor
    reported = _reported(context).model_copy(
        update={
            "missing_from": command.missing_from,
            "category": command.category,
            "police_risk": command.police_risk,
            "exploitation_indicators": command.exploitation_indicators,
            "reporter_agency": actor.agency,
            "reporter_organisation": actor.organisation,
            "last_seen": utc(command.last_seen) if command.last_seen else None,
            "sealed": ReportText(
                circumstances=command.circumstances,
                police_reference=command.police_reference,
                last_seen_at=command.last_seen_at or None,
                wearing=command.wearing or None,
                with_whom=command.with_whom or None,
                reported_by=command.reported_by,
                placing_authority=command.placing_authority,
            ),
        }
    )
    return [reported, *_for_the_pattern(state.pattern, command.exploitation_indicators, context)]


def take_in_notice(command: TakeInMissingNotice, state: EpisodeOfChild, context: Context) -> list[Decided]:
    """As a report. Of a child who is missing already it says nothing new."""
    if state.pattern.missing is not None:
        return []
    reported = _reported(context).model_copy(
        update={
            "missing_from": command.missing_from,
            "contact": command.contact,
            "sealed": ReportText(police_reference=command.police_reference),
        }
    )
    return [reported, *_for_the_pattern(state.pattern, (), context)]


def _reported(context: Context) -> ChildReportedMissing:
    received = context.received_at
    looked_after = _looked_after(context)
    return ChildReportedMissing(
        episode=context.thing,
        looked_after=looked_after,
        received_at=received,
        review_by=context.deadline("R3", received),
        tell_by=context.deadline("R10", received) if looked_after else None,
    )


def _looked_after(context: Context) -> bool:
    """On the day the child was missed, or now: whoever was told later has to be told all the same."""
    child = context.person(context.child) if context.child else None
    return child is not None and any(
        child.looked_after_on(local_date(at)) for at in (context.happened_at, context.now)
    )


def _for_the_pattern(
    pattern: Pattern, indicators: tuple[Exploitation, ...], context: Context
) -> list[Decided]:
    events = counted(pattern, context.thing, local_date(context.happened_at))
    for event in events:
        pattern = evolve(pattern, event)
    return [*events, *indicated(pattern, context.thing, indicators)]


def take_looked_after(state: MissingEpisode, context: Context) -> list[Decided]:
    """Told from now on; of a child who was looked after when reported, or is back, that is so already or no longer needed."""
    if state.closed or state.looked_after or state.returned_at is not None or state.missing_since is None:
        return []
    return [BecameLookedAfter(episode=context.thing, tell_by=context.deadline("R10", context.happened_at))]


def update_risk(command: UpdateRisk, state: EpisodeOfChild, context: Context) -> list[Decided]:
    """Grade it anew."""
    episode = state.missing_episode
    refuse_all(not_closed(episode), still_missing(episode), not_before(episode, context))
    agency, organisation = episode.reporter
    return [
        RiskUpdated(
            episode=context.thing,
            police_risk=command.police_risk,
            exploitation_indicators=command.exploitation_indicators,
            reporter_agency=agency,
            reporter_organisation=organisation,
            sealed=RiskText(reason=command.reason),
        ),
        *indicated(state.pattern, context.thing, command.exploitation_indicators),
    ]


def record_sighting(command: RecordSighting, state: EpisodeOfChild, context: Context) -> list[Decided]:
    """Somebody saw the child; also where it is written down after the return."""
    refuse_all(not_closed(state.missing_episode), not_before(state.missing_episode, context))
    agency, organisation = state.missing_episode.reporter
    return [
        SightingRecorded(
            episode=context.thing,
            exploitation_indicators=command.exploitation_indicators,
            reporter_agency=agency,
            reporter_organisation=organisation,
            sealed=SightingText(where=command.where, seen_with=command.seen_with, by_whom=command.by_whom),
        ),
        *indicated(state.pattern, context.thing, command.exploitation_indicators),
    ]


def tell_placing_authority(
    command: TellPlacingAuthority, state: MissingEpisode, context: Context
) -> list[Decided]:
    """Who was told, and of whom it was said why not."""
    refuse_all(
        not_closed(state),
        (
            "R10",
            not state.looked_after,
            "this is recorded of a looked-after child alone; record first that the child is (people.RecordLookedAfter)",
        ),
        ("R10", not (command.told or command.not_told), "say who was told, or who was not and why"),
    )
    not_told = tuple(dict.fromkeys(each.who for each in command.not_told))
    return [
        PlacingAuthorityTold(
            episode=context.thing,
            told=command.told,
            not_told=not_told,
            how=command.how,
            all_answered=state.answered | {*command.told, *not_told} >= THREE,
            sealed=ToldText(
                authority=command.authority,
                names=command.names,
                not_told=tuple(NotToldText(who=each.who, reason=each.reason) for each in command.not_told),
            ),
        )
    ]


def consider_mechanism(
    command: ConsiderReferralMechanism, state: MissingEpisode, context: Context
) -> list[Decided]:
    """Considered, with an indicator or a reason."""
    refuse_all(
        not_closed(state),
        (
            "R9",
            not state.indicated and not command.reason.strip(),
            "nothing told with this episode points to exploitation: say why it is considered",
        ),
    )
    return [
        ReferralMechanismConsidered(
            episode=context.thing,
            considered=command.considered,
            referred=command.referred,
            consent=command.consent,
            contextual_safeguarding_told=command.contextual_safeguarding_told,
            sealed=MechanismText(first_responder=command.first_responder, reason=command.reason),
        )
    ]


def close_episode(command: CloseEpisode, state: MissingEpisode, context: Context) -> list[Decided]:
    """It was none: it counts towards no pattern. Said again it is already so."""
    if state.closed:
        return []
    return [
        EpisodeClosed(
            episode=context.thing,
            panel=state.panel,
            sealed=EpisodeClosedText(reason=command.reason or ""),
        ),
        IncidentOver(episode=context.thing, counts=False),
    ]
