"""What the family wellbeing service tells of the case transfer panel: who is proposed, up or down, and what it decides (F11)."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from services.fws.codes import Direction, PanelDecision
from shared.domain.code_lists import PrimaryNeed, ReceivingTeam, ReferralSource
from shared.domain.event import Event, Sealed
from shared.domain.marks import Starts
from shared.domain.rules import Deadline

OF_EARLY_HELP: Final = ReferralSource.S5D
"""The source of a referral that the panel's decision opens."""


class ProposalText(Sealed):
    """Why, and what the family needs."""

    reason: str
    needs: tuple[str, ...] = ()


class StepUpProposed(
    Event,
    name="fws.StepUpProposed",
    crosses=True,
    text=ProposalText,
    fixed=("proposal", "family", "decide_by"),
):
    """A keyworker proposes that children's social care takes a family on, with no harm that could not wait. Starts F11."""

    proposal: UUID
    """The one for all children of the family."""
    family: tuple[UUID, ...]
    consent: bool | None = None
    """Whether the family agrees; None: it was not said."""
    decide_by: Annotated[Deadline, Starts("F11")]


class StepDownForPanel(Event, name="fws.StepDownForPanel", text=ProposalText, fixed=()):
    """Social care or a conference proposed that early help is enough for a child: it is for the panel. Starts F11."""

    proposed_by: str
    """The service that did."""
    decide_by: Annotated[Deadline, Starts("F11")]


class DecisionText(Sealed):
    """Why, and under which conditions."""

    reason: str
    conditions: tuple[str, ...] = ()


class TransferDecided(
    Event,
    name="fws.TransferDecided",
    crosses=True,
    text=DecisionText,
    meets=("F11",),
    fixed=("panel", "decision", "direction", "source", "team", "primary_need", "decide_again_by"),
):
    """The panel decided on a proposal. Meets F11, and starts it anew where it was deferred; an agreed step-up opens a
    referral, from this decision, an agreed step-down early help.
    """

    panel: date
    decision: PanelDecision
    direction: Direction
    source: ReferralSource = OF_EARLY_HELP
    team: ReceivingTeam | None = None
    primary_need: PrimaryNeed | None = None
    decide_again_by: Annotated[Deadline, Starts("F11")] | None = None
    """Of what was deferred: by the next panel."""

    @property
    def agreed(self) -> bool:
        """Whether it goes as was proposed."""
        return self.decision is PanelDecision.AGREED

    @property
    def deferred(self) -> bool:
        """Whether the next panel decides."""
        return self.decision is PanelDecision.DEFERRED

    @property
    def up(self) -> bool:
        """Whether it was proposed that social care takes the family on."""
        return self.direction is Direction.STEP_UP


class ProposalEnded(Event, name="fws.ProposalEnded", ends=("F11",), fixed=()):
    """A step-up is proposed no longer: early help ended before the panel came to it. Ends F11."""


class StepDownAgreed(Event, name="fws.StepDownAgreed", fixed=()):
    """The panel agreed that early help takes over: the child's episode begins. Starts F1, F2 and F4 from its decision."""

    request: UUID
    """The panel's decision: one for all children whom it named."""
    family: tuple[UUID, ...]
    """The children of the decision, this one among them."""
    allocate_by: Annotated[Deadline, Starts("F1")]
    visit_by: Annotated[Deadline, Starts("F2")]
    share_by: Annotated[Deadline, Starts("F4")]


class StepDownText(Sealed):
    """What is to be done for the family from now on."""

    plan: tuple[str, ...] = ()
    notes: str = ""


class StepDownReceived(
    Event, name="fws.StepDownReceived", crosses=True, text=StepDownText, fixed=("consented_by",)
):
    """The manager took the family over from social care, with the plan so far and their consent to help (M16)."""

    consented_by: UUID | None = None
    """Who signed; None: consent stood already."""
