"""What the front door tells of a contact as it comes in: received, screened, restricted, confirmed in writing."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from services.mash.codes import Channel, Concern, Fgm, MissingFrom, Notice, Potential, RiskLevel
from shared.domain.code_lists import ReferralSource, Sex
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Starts
from shared.domain.rules import Deadline


class SaidChild(Sealed):
    """A child as whoever told us said them to be, who could not say which registered child that is."""

    name: str | None = None
    born: date | None = None
    age: int | None = None
    """In years, where no day of birth was said: an estimate."""
    sex: Sex | None = None
    school: str | None = None
    address: str | None = None


class ContactText(Sealed):
    """What was said, and how to reach the referrer."""

    worries: str
    strengths: str
    referrer_name: str = ""
    """Empty: nobody gave one."""
    referrer_contact: str = ""
    """Empty: there is no way to reach them."""
    referrer_relation: str | None = None
    referrer_organisation_name: str | None = None
    child_words: str | None = None
    why_not_aware: str | None = None
    police_reference: str | None = None
    children_said: tuple[SaidChild, ...] | None = None
    """On the contact's stream about no child all who were said; on that of a child who was matched, what was said of them."""


class ContactReceived(
    Event,
    name="mash.ContactReceived",
    version=4,
    crosses=True,
    text=ContactText,
    fixed=(
        "channel",
        "notice",
        "fgm",
        "person_in_trust",
        "referrer_organisation",
        "referrer_organisation_name",
        "children_said",
    ),
):
    """Somebody told the front door of a worry about a child. Starts M1 from the moment it was received, and M3 where the
    referrer can be reached; M22 by telephone from a professional, M23 of domestic abuse, M14 where mutilation was told
    of or seen. Of children said and not known yet it stands on a stream about no child, and starts M1 and M3 alone.
    """

    contact: UUID
    source: ReferralSource
    referrer_agency: str | None = None
    referrer_organisation: str | None = None
    """The id of this school, that ward; its name is sealed."""
    confidential: bool = False
    """Whether the referrer asked not to be named; one whose source is a private person never is."""
    channel: Channel = Channel.WRITTEN
    notice: Notice | None = None
    police_risk: RiskLevel | None = None
    fgm: Fgm | None = None
    person_in_trust: bool = False
    """Whether it is about an adult who works with children: for the LADO, its text held back from all others."""
    family_aware: bool | None = None
    """None: nobody has said; it is asked for at screening."""
    said: int = 0
    """How many children were said who are not registered, as far as anybody knows; their names and all else is sealed."""
    received_at: Instant
    known_at: Instant | None = None
    decide_by: Annotated[Deadline, Starts("M1", of="received_at")]
    inform_by: Annotated[Deadline, Starts("M3", of="received_at")] | None = None
    confirm_by: Annotated[Deadline, Starts("M22", of="received_at")] | None = None
    tell_school_by: Annotated[Deadline, Starts("M23", of="received_at")] | None = None
    report_fgm_by: Annotated[Deadline, Starts("M14", of="known_at")] | None = None

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Of what was not asked before nothing was said."""

    @staticmethod
    def upcast_v2_v3(_state: dict[str, Any]) -> None:
        """An organisation that was written by its name is no id of anybody: it stays what was said."""

    @staticmethod
    def upcast_v3_v4(_state: dict[str, Any]) -> None:
        """Whoever was told of was registered before."""


class ContactPassedToOpenCase(
    Event,
    name="mash.ContactPassedToOpenCase",
    version=3,
    crosses=True,
    text=ContactText,
    fixed=(
        "channel",
        "notice",
        "fgm",
        "referrer_organisation",
        "referrer_organisation_name",
        "children_said",
    ),
):
    """What was reported is a note on the child's open case (M9), and no new contact: of its clocks M14 and M23 alone run.

    Beside a decision it says that the contact goes to that case.
    """

    contact: UUID
    source: ReferralSource
    referrer_agency: str | None = None
    referrer_organisation: str | None = None
    """The id of this school, that ward; its name is sealed."""
    confidential: bool = False
    channel: Channel = Channel.WRITTEN
    notice: Notice | None = None
    police_risk: RiskLevel | None = None
    fgm: Fgm | None = None
    family_aware: bool | None = None
    received_at: Instant
    known_at: Instant | None = None
    tell_school_by: Annotated[Deadline, Starts("M23", of="received_at")] | None = None
    report_fgm_by: Annotated[Deadline, Starts("M14", of="known_at")] | None = None

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """An organisation that was written by its name is no id of anybody: it stays what was said."""

    @staticmethod
    def upcast_v2_v3(_state: dict[str, Any]) -> None:
        """Whoever was told of was registered before."""


CLOCKS: Final = ("M1", "M2", "M3", "M4", "M5", "M14", "M22", "M23")
"""The rules whose clocks run on a contact."""


class ChildMatched(Event, name="mash.ChildMatched", fixed=("said", "person", "left")):
    """A child who was only said in a contact was found, or registered: it is about them from now on. Once that is so of
    all who were said, what still runs of the contact about no child ends.
    """

    contact: UUID
    said: int
    """Their place among those who were said, from 1."""
    person: UUID
    """The id under which the contact is about them."""
    left: int
    """How many of those who were said are not matched yet."""

    def clocks_ended(self) -> tuple[str, ...]:
        """All, once nobody is left whom the contact is about here."""
        return () if self.left else CLOCKS


class ContactScreened(
    Event,
    name="mash.ContactScreened",
    version=2,
    crosses=True,
    fixed=("potential", "young_carer", "concerns"),
):
    """A screener looked at it: what it may be, whether the child may be a young carer (M12). May start M2, and M14 where
    mutilation turns out to have been told of or seen.
    """

    contact: UUID
    potential: Potential
    young_carer: bool
    concerns: tuple[Concern, ...] = ()
    gather_by: Annotated[Deadline, Starts("M2")] | None = None
    fgm_known_at: Instant | None = None
    report_fgm_by: Annotated[Deadline, Starts("M14", of="fgm_known_at")] | None = None

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Of what was not asked before nothing was said."""


class RestrictionText(Sealed):
    """Who alone may read it, by name, and why."""

    named: tuple[str, ...] = ()
    reason: str = ""


class ContactRestricted(
    Event,
    name="mash.ContactRestricted",
    version=2,
    crosses=True,
    text=RestrictionText,
    sensitivity="restricted",
    fixed=("named", "until_decided"),
):
    """The contact is for few to read: of an adult who works with children, or as a manager or the LADO decided."""

    contact: UUID
    named: tuple[UUID, ...] = ()
    """The professionals who may read it beside those who always may."""
    until_decided: bool = False
    """Whether it is held back until somebody decides alone, and longer only where that is for the LADO."""

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Which of the two it was is not known: it stays restricted."""


class MissingText(Sealed):
    """What the police call it."""

    police_reference: str = ""


class MissingNoticeReceived(
    Event, name="mash.MissingNoticeReceived", crosses=True, text=MissingText, fixed=("missing_from",)
):
    """The contact notifies that the child is missing: the missing children's team opens an episode."""

    contact: UUID
    missing_from: MissingFrom | None = None
    received_at: Instant


class WrittenText(Sealed):
    """Which form it was, and what it says otherwise than the call."""

    form: str = ""
    differs: str = ""


class WrittenReferralReceived(
    Event, name="mash.WrittenReferralReceived", text=WrittenText, meets=("M22",), fixed=()
):
    """What was told by telephone came in writing. Meets M22."""

    contact: UUID
