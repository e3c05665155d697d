"""What the LADO tells others, with nothing that says who the adult is: a child at risk, and that a sealed record exists."""

from uuid import UUID

from services.lado.codes import Setting, ToldTo
from services.lado.events.intake import SEALED
from shared.domain.event import Event, Sealed


class RiskText(Sealed):
    """What the child is at risk of: no word of who the adult is (L8)."""

    risk: str


class ChildAtRiskNotified(
    Event, name="lado.ChildAtRiskNotified", crosses=True, text=RiskText, fixed=("to", "risk")
):
    """The LADO told the front door, or referral and assessment, of a child at risk, without who the adult is (L8)."""

    to: ToldTo
    setting_kind: Setting | None = None
    urgent: bool = False


class ReadersText(Sealed):
    """Who was named, and why."""

    names: tuple[str, ...]
    reason: str


class ReadersNamed(Event, name="lado.ReadersNamed", text=ReadersText, fixed=("named",), sensitivity=SEALED):
    """The LADO said who may know that a sealed record exists, and why."""

    named: tuple[UUID, ...]


class SealedRecordExists(
    Event, name="lado.SealedRecordExists", crosses=True, fixed=("named",), sensitivity=SEALED
):
    """Of this child a sealed record exists: shown to those who are named, and to nobody else (L8)."""

    named: tuple[UUID, ...]
