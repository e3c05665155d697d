"""What decisions on a contact need to know, and what may be asked of any of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias, assert_never
from uuid import UUID

from services.mash.codes import TO_BE_REPORTED, Outcome, Potential
from services.mash.events import (
    AllegationRouted,
    ChildMatched,
    ConsentDispensed,
    ConsentRecorded,
    ConsentWithdrawn,
    ContactDecided,
    ContactDecisionReviewed,
    ContactHeld,
    ContactPassedToOpenCase,
    ContactReceived,
    ContactRestricted,
    ContactScreened,
    DomesticAbuseRiskAssessed,
    EarlyHelpRequested,
    ImmediateHarmIdentified,
    LadoNotified,
    MissingNoticeReceived,
    ReferralAccepted,
    ReferrerInformed,
    SchoolTold,
    WrittenReferralReceived,
)
from services.mash.streams.open_case import OpenCase
from shared.domain.code_lists import ConsentScope, ReferralSource
from shared.domain.command import Check
from shared.domain.decider import Context

ContactEvent: TypeAlias = (
    ContactReceived
    | ChildMatched
    | ContactScreened
    | ContactRestricted
    | MissingNoticeReceived
    | WrittenReferralReceived
    | ConsentRecorded
    | ConsentDispensed
    | ConsentWithdrawn
    | ImmediateHarmIdentified
    | ContactHeld
    | ContactPassedToOpenCase
    | ContactDecided
    | ContactDecisionReviewed
    | ReferralAccepted
    | EarlyHelpRequested
    | AllegationRouted
    | LadoNotified
    | ReferrerInformed
    | DomesticAbuseRiskAssessed
    | SchoolTold
)

NAMELESS: Final = frozenset({ReferralSource.S9, ReferralSource.S10})
"""The sources of which nobody can be asked for a name, nor told anything: anonymous, unknown."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What one person agreed to, as far as it still stands."""

    given_by: UUID
    scope: frozenset[ConsentScope]
    signed: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """What decisions on a contact need to know."""

    received_at: datetime | None = None
    note: bool = False
    """Whether it is a note on an open case (M9), and no contact of its own."""
    known_at: datetime | None = None
    source: ReferralSource | None = None
    referrer_agency: str | None = None
    reachable: bool = True
    person_in_trust: bool = False
    screened_as: Potential | None = None
    young_carer: bool = False
    concerns: frozenset[str] = frozenset()
    fgm_told: bool = False
    """Whether mutilation that a professional reports themselves is known of: M14 runs, or has run."""
    consents: tuple[Consent, ...] = ()
    dispensed: bool = False
    harm: bool = False
    held: bool = False
    outcome: Outcome | None = None
    decided_at: datetime | None = None
    to_decide_anew: bool = False
    """Whether the daily meeting changed what was decided, and nobody has decided since."""
    reviewed: bool = False
    """Whether it was decided anew after a meeting: no meeting opens it a second time."""
    restricted_to: frozenset[UUID] | None = None
    """The professionals named who may read it; None: it is not restricted."""
    until_decided: bool = False
    """Whether it is held back until somebody decides alone: nobody has restricted it, but said whom it is about."""
    said: int = 0
    """On the stream about no child: how many children were said who were not registered then ..."""
    matched: Mapping[int, UUID] = field(default_factory=dict)
    """... and who of them, by their place from 1, turned out to be whom."""

    @property
    def waits_for_children(self) -> bool:
        """Whether it is still about somebody not known."""
        return len(self.matched) < self.said

    def agreed(self, scope: ConsentScope, *, signed: bool = False) -> tuple[UUID, ...]:
        """Who has agreed to this, and has not withdrawn it; `signed`: in writing alone."""
        return tuple(
            each.given_by for each in self.consents if scope in each.scope and (each.signed or not signed)
        )

    @property
    def may_ask(self) -> bool:
        """Whether other agencies may be asked: with consent, or without it on a lawful basis (M10)."""
        return self.dispensed or bool(self.agreed(ConsentScope.INFORMATION_SHARING))

    @property
    def for_few(self) -> frozenset[UUID] | None:
        """The professionals named who may read it, beside those who always may; None: it is restricted no longer, or never was."""
        return None if self.until_decided and self.decided else self.restricted_to

    @property
    def decided(self) -> bool:
        """Whether it is decided, and nobody has to decide it anew."""
        return self.outcome is not None and not self.to_decide_anew


def evolve(state: Contact, event: ContactEvent) -> Contact:
    """The contact after one more fact."""
    match event:
        case ReferrerInformed():  # first: most facts of a long contact are these
            return state
        case ContactReceived():
            return _received(state, event)
        case ContactPassedToOpenCase():
            return _passed_on(state, event)
        case ChildMatched(said=said, person=person):
            return replace(state, matched={**state.matched, said: person})
        case ContactScreened():
            return replace(
                state,
                screened_as=event.potential,
                young_carer=event.young_carer,
                concerns=frozenset(event.concerns),
                fgm_told=state.fgm_told or event.report_fgm_by is not None,
            )
        case ConsentRecorded(given_by=given_by, scope=scope, signed=signed):
            return replace(state, consents=(*state.consents, Consent(given_by, frozenset(scope), signed)))
        case ConsentWithdrawn(scope=scope):
            return replace(state, consents=_without(state.consents, frozenset(scope)))
        case ConsentDispensed():
            return replace(state, dispensed=True)
        case ImmediateHarmIdentified():
            return replace(state, harm=True)
        case ContactHeld():
            return replace(state, held=True)
        case ContactDecided(outcome=outcome, happened_at=at):
            return replace(
                state,
                outcome=outcome,
                decided_at=at,
                reviewed=state.to_decide_anew or state.reviewed,
                to_decide_anew=False,
            )
        case ContactDecisionReviewed(upheld=upheld):
            return replace(state, to_decide_anew=not upheld)
        case ContactRestricted(named=named, until_decided=until_decided):
            return replace(state, restricted_to=frozenset(named), until_decided=until_decided)
        case (
            ReferralAccepted()
            | EarlyHelpRequested()
            | AllegationRouted()
            | LadoNotified()
            | MissingNoticeReceived()
            | WrittenReferralReceived()
            | DomesticAbuseRiskAssessed()
            | SchoolTold()
        ):
            return state
        case _:
            assert_never(event)


def _received(state: Contact, event: ContactReceived) -> Contact:
    return replace(
        state,
        received_at=event.received_at,
        known_at=event.known_at,
        source=event.source,
        referrer_agency=event.referrer_agency,
        reachable=event.inform_by is not None,
        person_in_trust=event.person_in_trust,
        fgm_told=event.fgm in TO_BE_REPORTED,
        said=event.said,
    )


def joined(state: Contact) -> tuple[UUID | None, ...]:
    """Whom a contact is about by now, as its stream about no child says: who was matched, and None for who was not."""
    known = tuple(dict.fromkeys(state.matched.values()))
    return known if state.said and not state.waits_for_children else (*known, None)


def _passed_on(state: Contact, event: ContactPassedToOpenCase) -> Contact:
    """A note, where nothing came before it; of a contact it is what was decided."""
    if state.received_at is not None:
        return state
    return replace(
        state,
        note=True,
        received_at=event.received_at,
        known_at=event.known_at,
        source=event.source,
        referrer_agency=event.referrer_agency,
        fgm_told=event.fgm in TO_BE_REPORTED,
    )


def _without(consents: tuple[Consent, ...], scope: frozenset[ConsentScope]) -> tuple[Consent, ...]:
    """Whoever withdraws it, what was agreed to in this scope counts no longer."""
    left = (replace(each, scope=each.scope - scope) for each in consents)
    return tuple(each for each in left if each.scope)


def decided_already(state: Contact, so: str) -> Check:
    """Forbids (M1) what is done only before a decision."""
    return "M1", state.decided, f"the contact is decided: {so}", "already_decided"


def too_early(state: Contact, context: Context) -> Check:
    """Forbids (E2) what is said to have been done before the contact came."""
    early = state.received_at is not None and context.happened_at < state.received_at
    return "E2", early, "nothing is done with a contact before it is received; correct the time"


@dataclass(frozen=True)
class ContactAndCase:
    """What a decision on a contact takes: the contact, and what is open on its child elsewhere."""

    contact: Contact
    open_case: OpenCase


def about_a_stranger(context: Context) -> Check:
    """Forbids what is done only for a child who is known."""
    return (
        "",
        context.child is None,
        (
            "nobody knows yet which children this is about: match those who were said first (mash.MatchChildren), or name "
            "those who are known"
        ),
        "not_matched",
    )


def on_a_note(state: Contact) -> Check:
    """Forbids (M9) on a note what is done with a contact of its own."""
    return (
        "M9",
        state.note,
        "this was passed to the child's open case: it is done there, by the allocated worker or their manager",
    )
