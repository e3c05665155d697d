"""An allegation as it comes in: notified, and decided on against the threshold."""

from datetime import date
from typing import Annotated
from uuid import UUID

from services.lado.codes import Limb, Setting, Threshold
from services.lado.events.intake import SEALED
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Starts
from shared.domain.rules import Deadline


class AllegationText(Sealed):
    """Who the adult is, and what is alleged. None of it leaves the service (L8)."""

    adult_name: str
    adult_role: str
    adult_employer: str
    alleged: str
    notified_by: str
    adult_aliases: tuple[str, ...] = ()
    adult_born: date | None = None
    adult_professional_body: str | None = None
    adult_other_roles: tuple[str, ...] = ()
    their_agency: str | None = None


class AllegationReceived(
    Event,
    name="lado.AllegationReceived",
    text=AllegationText,
    meets=("L1",),
    meets_at={"L1": "received_at"},
    starts_first=("L1",),
    fixed=(
        "contact",
        "adult",
        "words",
        "knew_at",
        "received_at",
        "adult_name",
        "adult_aliases",
        "adult_employer",
        "adult_born",
    ),
    sensitivity=SEALED,
):
    """The LADO was notified of an adult who works with children. Starts L1 from when the organisation knew, and meets it when
    it was received; starts L2 and L5 from then.
    """

    contact: UUID | None = None
    """The front door's, where it was routed here."""
    adult: UUID
    """The adult, as a keyed digest of the name: the same in every allegation against them (L8)."""
    words: tuple[UUID, ...]
    """Keyed digests of the words that say who the adult is: none of them may leave the service."""
    knew_at: Instant
    """When the organisation that notified knew of it."""
    received_at: Instant
    setting: Setting | None = None
    historic: bool = False
    police_told: bool | None = None
    own_children: bool | None = None
    tell_by: Annotated[Deadline, Starts("L1", of="knew_at")]
    decide_by: Annotated[Deadline, Starts("L2", of="received_at")]
    conclude_by: Annotated[Deadline, Starts("L5", of="received_at")]


class ThresholdText(Sealed):
    """Why it was decided so, and what the employer was advised."""

    reason: str = ""
    advice: str = ""


class ThresholdDecided(
    Event,
    name="lado.ThresholdDecided",
    text=ThresholdText,
    meets=("L2",),
    fixed=("decision", "limbs"),
    sensitivity=SEALED,
):
    """The LADO decided against the threshold. Meets L2; an allegation starts L3, and of all else L5 ends."""

    decision: Threshold
    limbs: tuple[Limb, ...] = ()
    meet_by: Annotated[Deadline, Starts("L3")] | None = None

    def clocks_ended(self) -> tuple[str, ...]:
        """L5, where it stays with the employer: there is nothing to conclude."""
        return () if self.decision is Threshold.ALLEGATION else ("L5",)
