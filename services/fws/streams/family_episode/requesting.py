"""A request for early help: received from the front door, accepted or declined, allocated; and consent to it."""

from uuid import UUID

from pydantic import Field

from services.fws.codes import Criterion, WhyDeclined
from services.fws.events import (
    AcceptedText,
    ConsentRecorded,
    ConsentText,
    ConsentWithdrawn,
    DeclinedText,
    EarlyHelpAccepted,
    EarlyHelpDeclined,
    KeyworkerAllocated,
    KeyworkerText,
    RequestConsentWithdrawn,
    RequestReceived,
    WithdrawnText,
)
from services.fws.streams.family_episode.state import (
    EpisodeEvent,
    FamilyEpisode,
    nothing_open,
    whole_family,
)
from shared.domain.code_lists import ConsentHow, ConsentScope, ReferralSource
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import Distinct, Organisation, PersonId, Professional, ShortText, Text
from shared.domain.instants import Instant, local_date


class TakeRequest(Command, name="fws.TakeRequest", opens=True, internal=True):
    """The front door requested early help (its decision is the request): the child's episode begins."""

    request: UUID
    family: tuple[UUID, ...]
    contact: UUID
    requested_at: Instant
    source: ReferralSource
    level: int
    criteria: tuple[Criterion, ...]
    consented_by: tuple[UUID, ...]


class TakeWithdrawal(Command, name="fws.TakeWithdrawal", internal=True):
    """The consent with which the front door had asked for help was withdrawn there."""

    contact: UUID


class AcceptRequest(Command, name="fws.AcceptRequest"):
    """Accept a request for early help. Allocating a keyworker accepts it too."""

    reason: Text = ""
    criteria: Distinct[Criterion] = ()
    organisation: Organisation | None = None


class DeclineRequest(Command, name="fws.DeclineRequest"):
    """Decline a request, for all of its children or some of them: who is declined leaves the episode."""

    reason: WhyDeclined
    service: ShortText | None = None
    told_family: bool
    told_referrer: bool
    notes: Text = ""


class AllocateKeyworker(Command, name="fws.AllocateKeyworker"):
    """Give the family a keyworker, first or another one (F1)."""

    keyworker: Professional
    reason: Text = ""
    language: ShortText | None = None


class RecordConsent(Command, name="fws.RecordConsent"):
    """Record that somebody with parental responsibility agreed, or a young person who is Gillick competent (M16)."""

    given_by: PersonId
    scope: Distinct[ConsentScope] = Field(min_length=1)
    signed: bool
    young_person_asked: bool
    young_person_says: Text = ""
    gillick_competent: bool = False
    how: ConsentHow | None = None


class WithdrawConsent(Command, name="fws.WithdrawConsent"):
    """Record that the family wants no more help (F12), and whether there is harm: then the front door gets it."""

    withdrawn_by: PersonId
    reason: Text = ""
    harm: bool
    safe_to_end: Text = ""


def take_request(command: TakeRequest, state: FamilyEpisode, context: Context) -> list[EpisodeEvent]:
    """It begins; the same request again is already so."""
    if state.request == command.request:
        return []
    refuse_all(
        (
            "F1",
            state.is_open,
            "early help is open for this child already: add what is new to it",
            "already_open",
        )
    )
    at = command.requested_at
    return [
        RequestReceived(
            request=command.request,
            family=command.family,
            contact=command.contact,
            requested_at=at,
            source=command.source,
            level=command.level,
            criteria=command.criteria,
            consented_by=command.consented_by,
            allocate_by=context.deadline("F1", at),
            visit_by=context.deadline("F2", at),
            share_by=context.deadline("F4", at),
        )
    ]


def take_withdrawal(command: TakeWithdrawal, state: FamilyEpisode) -> list[EpisodeEvent]:
    """It counts no longer, where it was asked for on that contact."""
    if not state.is_open or state.contact != command.contact or not state.consented:
        return []
    return [RequestConsentWithdrawn(contact=command.contact)]


def accept_request(command: AcceptRequest, state: FamilyEpisode, context: Context) -> list[EpisodeEvent]:
    """Accepted, once."""
    refuse_all(nothing_open(state, "F1"), whole_family(state, context))
    if state.accepted:
        return []
    return [_accepted(command.criteria, command.reason, command.organisation)]


def decline_request(command: DeclineRequest, state: FamilyEpisode) -> list[EpisodeEvent]:
    """Declined: this child leaves it."""
    refuse_all(
        nothing_open(state, "F1"),
        (
            "F1",
            state.allocated,
            "a keyworker works with this family already: close the episode instead (fws.CloseEpisode)",
        ),
    )
    return [
        EarlyHelpDeclined(
            reason=command.reason,
            told_family=command.told_family,
            told_referrer=command.told_referrer,
            sealed=DeclinedText(service=command.service, notes=command.notes),
        )
    ]


def allocate_keyworker(
    command: AllocateKeyworker, state: FamilyEpisode, context: Context
) -> list[EpisodeEvent]:
    """Allocated; the first time the request is accepted by it."""
    refuse_all(
        nothing_open(state, "F1"),
        whole_family(state, context),
        (
            "F14",
            state.is_open and not state.criteria,
            "the family is eligible by a criterion: accept the request with it first (fws.AcceptRequest)",
        ),
        (
            "M16",
            state.is_open and not state.consented,
            "nobody with parental responsibility has signed that they want help: record their consent first",
        ),
    )
    named = command.keyworker.of(context.actor.agency)
    allocated = KeyworkerAllocated(
        worker=command.keyworker.id,
        worker_agency=named.agency if named.agency != context.actor.agency else None,
        sealed=KeyworkerText(worker_name=named.name, reason=command.reason, language=command.language),
    )
    return [allocated] if state.accepted else [allocated, _accepted(state.criteria, "", None)]


def _accepted(
    criteria: tuple[Criterion, ...], reason: str, organisation: Organisation | None
) -> EarlyHelpAccepted:
    named = organisation.name if organisation else None
    text = AcceptedText(reason=reason, organisation_name=named) if reason or named else None
    return EarlyHelpAccepted(
        criteria=criteria, organisation=organisation.id if organisation else None, sealed=text
    )


def record_consent(command: RecordConsent, state: FamilyEpisode, context: Context) -> list[EpisodeEvent]:
    """Consent, by somebody who may give it for this child."""
    refuse_all(nothing_open(state, "F1"), _may_consent(command, context))
    return [
        ConsentRecorded(
            given_by=command.given_by,
            scope=command.scope,
            signed=command.signed,
            young_person_asked=command.young_person_asked,
            gillick_competent=command.gillick_competent,
            how=command.how,
            sealed=ConsentText(young_person_says=command.young_person_says)
            if command.young_person_says
            else None,
        )
    ]


def _may_consent(command: RecordConsent, context: Context) -> Check:
    """Forbids (M16) consent by somebody without parental responsibility for the child on the day they gave it."""
    assert context.child is not None
    holders = context.person(context.child).responsible_on(local_date(context.happened_at))
    themselves = command.gillick_competent and command.given_by == context.child
    return (
        "M16",
        command.given_by not in holders and not themselves,
        "whoever consents needs parental responsibility for each child: record it first, name somebody else, or send it about fewer children",
    )


def withdraw_consent(command: WithdrawConsent, state: FamilyEpisode) -> list[EpisodeEvent]:
    """Withdrawn, at any time (F12)."""
    refuse_all(nothing_open(state, "F12"))
    return [
        ConsentWithdrawn(
            withdrawn_by=command.withdrawn_by,
            harm=command.harm,
            sealed=WithdrawnText(reason=command.reason, safe_to_end=command.safe_to_end),
        )
    ]
