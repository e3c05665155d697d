"""What the family wellbeing service tells of the end of help: its last meeting, its close, and harm that cannot wait."""

from typing import Any, Final
from uuid import UUID

from services.fws.codes import WhyEnded
from services.fws.events.working import NotGivenText
from shared.domain.code_lists import PrimaryNeed
from shared.domain.event import Event, Sealed
from shared.team.audience import Party

_WORK: Final = ("F1", "F2", "F3", "F4", "F5", "F5b", "F6", "F7", "F8")
"""The clocks of the work itself, which end with it."""

__all__ = [
    "EarlyHelpEnded",
    "EndedText",
    "EndingMeetingHeld",
    "EndingText",
    "EscalationText",
    "ImmediateEscalationRaised",
]


class EscalationText(Sealed):
    """The harm, who in referral and assessment was told, and how the children are now."""

    harm: str
    told: str
    handover: str = ""
    children_now: str = ""


class ImmediateEscalationRaised(
    Event,
    name="fws.ImmediateEscalationRaised",
    version=2,
    crosses=True,
    text=EscalationText,
    fixed=("primary_need",),
):
    """Harm, or a risk of significant harm (F10): straight to referral and assessment, never to the panel."""

    contact: UUID | None = None
    """At the front door, from which the help had come; None: it had come from social care."""
    primary_need: PrimaryNeed | None = None

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """All help came from the front door before."""


class EndingText(Sealed):
    """What was reached, and what the family does if it is needed again."""

    achieved: tuple[str, ...] = ()
    safety_plan: str = ""


class EndingMeetingHeld(
    Event, name="fws.EndingMeetingHeld", crosses=True, text=EndingText, fixed=("present",)
):
    """The family and those who helped them met for the last time (F13)."""

    family: tuple[UUID, ...]
    present: tuple[Party, ...] = ()
    scale: int | None = None


class EndedText(Sealed):
    """Why there was no meeting, and who was given no copy and why; or the handover."""

    why_no_meeting: str | None = None
    not_given: tuple[NotGivenText, ...] = ()
    handover: str = ""


class EarlyHelpEnded(
    Event,
    name="fws.EarlyHelpEnded",
    version=2,
    crosses=True,
    text=EndedText,
    fixed=("reason", "escalated", "by_panel", "partners_told"),
):
    """Early help ended: closed with all that F13 asks for, handed over because of harm, or by an agreed step-up.

    Ends the clocks of the work; closing meets F9, an escalation and an agreed step-up end it.
    """

    reason: WhyEnded
    escalated: bool = False
    by_panel: bool = False
    """Whether the transfer panel agreed that social care takes the family on."""
    letter_to: tuple[UUID, ...] = ()
    partners_told: tuple[str, ...] = ()
    copies_given: tuple[UUID, ...] = ()

    def clocks_met(self) -> tuple[str, ...]:
        """Closing is what F9 asks for."""
        return () if self.handed_over else ("F9",)

    def clocks_ended(self) -> tuple[str, ...]:
        """What was to be done for the family ceases."""
        return (*_WORK, "F9") if self.handed_over else _WORK

    @property
    def handed_over(self) -> bool:
        """Whether social care goes on with the family."""
        return self.escalated or self.by_panel

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """No panel decided before."""
