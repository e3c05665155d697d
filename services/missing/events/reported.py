"""What the missing children's team tells while a child is missing: reported, seen, graded, who was told; found; or not missing."""

from datetime import date
from typing import Annotated
from uuid import UUID

from services.missing.codes import Category, Condition, Exploitation, MissingFrom, Risk, ToBeTold
from shared.domain.code_lists import ToldHow
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Starts
from shared.domain.rules import Deadline


class ReportText(Sealed):
    """What is known of it, and what the police call it."""

    circumstances: str = ""
    police_reference: str | None = None
    last_seen_at: str | None = None
    wearing: str | None = None
    with_whom: tuple[str, ...] | None = None
    reported_by: str | None = None
    placing_authority: str | None = None


class ChildReportedMissing(
    Event,
    name="missing.ChildReportedMissing",
    crosses=True,
    text=ReportText,
    fixed=(
        "missing_from",
        "looked_after",
        "exploitation_indicators",
        "reporter_agency",
        "reporter_organisation",
    ),
):
    """A child is missing, or away from where they should be; it happened when they were missed. Starts R3 from when it was
    received, and R10 of a looked-after child.
    """

    episode: UUID
    missing_from: MissingFrom | None = None
    """None: a notice to the front door did not say."""
    category: Category = Category.MISSING
    police_risk: Risk | None = None
    exploitation_indicators: tuple[Exploitation, ...] = ()
    looked_after: bool = False
    reporter_agency: str | None = None
    """Who reported it; None: the front door was told, and the contact says by whom."""
    reporter_organisation: str | None = None
    contact: UUID | None = None
    """The contact that notified it, where one did."""
    last_seen: Instant | None = None
    received_at: Instant
    review_by: Annotated[Deadline, Starts("R3", of="received_at")]
    tell_by: Annotated[Deadline, Starts("R10", of="received_at")] | None = None


class BecameLookedAfter(Event, name="missing.BecameLookedAfter", fixed=("episode", "tell_by")):
    """The missing child is looked after from now on, which they were not when they were reported. Starts R10."""

    episode: UUID
    tell_by: Annotated[Deadline, Starts("R10")]


class RiskText(Sealed):
    """Why it is graded so."""

    reason: str = ""


class RiskUpdated(
    Event,
    name="missing.RiskUpdated",
    crosses=True,
    text=RiskText,
    fixed=("exploitation_indicators", "reporter_agency", "reporter_organisation"),
):
    """The risk to a missing child is graded anew."""

    episode: UUID
    police_risk: Risk
    exploitation_indicators: tuple[Exploitation, ...] = ()
    reporter_agency: str | None = None
    reporter_organisation: str | None = None


class SightingText(Sealed):
    """Where, with whom, and who saw it."""

    where: str
    seen_with: tuple[str, ...] = ()
    by_whom: str | None = None


class SightingRecorded(
    Event,
    name="missing.SightingRecorded",
    crosses=True,
    text=SightingText,
    fixed=("exploitation_indicators", "reporter_agency", "reporter_organisation"),
):
    """Somebody saw the missing child. It is counted apart from what interviews say (R6)."""

    episode: UUID
    exploitation_indicators: tuple[Exploitation, ...] = ()
    reporter_agency: str | None = None
    reporter_organisation: str | None = None


class FoundText(Sealed):
    """Where, by whom, and to whom the child went back."""

    where: str
    found_by: str | None = None
    returned_to: str | None = None
    harmed_how: str | None = None


class ChildFound(
    Event,
    name="missing.ChildFound",
    crosses=True,
    text=FoundText,
    fixed=("condition", "reporter_agency", "reporter_organisation"),
):
    """The child is back, or was found. Starts R1 from when it happened, unless the child died."""

    episode: UUID
    condition: Condition
    reporter_agency: str | None = None
    reporter_organisation: str | None = None
    interview_by: Annotated[Deadline, Starts("R1")] | None = None


class NotTold(Sealed):
    """Who was not told, and why."""

    who: ToBeTold
    reason: str


class ToldText(Sealed):
    """Which authority, whom by name, and why somebody was not told."""

    authority: str | None = None
    names: tuple[str, ...] = ()
    not_told: tuple[NotTold, ...] = ()


class PlacingAuthorityTold(
    Event,
    name="missing.PlacingAuthorityTold",
    crosses=True,
    text=ToldText,
    fixed=("told", "not_told", "all_answered"),
):
    """Of a looked-after child who is missing, somebody was told, or it was said why not. The last of the three meets R10."""

    episode: UUID
    told: tuple[ToBeTold, ...]
    not_told: tuple[ToBeTold, ...] = ()
    how: ToldHow | None = None
    all_answered: bool

    def clocks_met(self) -> tuple[str, ...]:
        """Each of the three told, or said why not."""
        return ("R10",) if self.all_answered else ()


class MechanismText(Sealed):
    """Who refers, and why or why not."""

    first_responder: str | None = None
    reason: str = ""


class ReferralMechanismConsidered(
    Event, name="missing.ReferralMechanismConsidered", crosses=True, text=MechanismText, fixed=()
):
    """Whether the child goes to the national referral mechanism was considered (R9), and contextual safeguarding told."""

    episode: UUID
    considered: bool
    referred: bool
    consent: bool | None = None
    contextual_safeguarding_told: bool


class EpisodeClosedText(Sealed):
    """Why it was none."""

    reason: str = ""


class EpisodeClosed(
    Event,
    name="missing.EpisodeClosed",
    crosses=True,
    text=EpisodeClosedText,
    ends=("R1", "R3", "R10"),
    fixed=("panel",),
):
    """The child was found not to be missing, or it was a second report of the same. Its clocks end."""

    episode: UUID
    panel: date | None = None
    """The panel that it was for."""
