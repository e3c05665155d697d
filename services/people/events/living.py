"""What the index of people tells of how a person lives: where, at which school, with whom around them, looked after; birth,
death.
"""

from datetime import date

from services.people.codes import AddressKind, LegalStatus, LookedAfterEnd
from shared.domain.code_lists import PrimaryNeed, Sex
from shared.domain.event import Event, Sealed


class AddressText(Sealed):
    """Where it is."""

    lines: tuple[str, ...]
    postcode: str | None = None
    uprn: str | None = None


class AddressRecorded(Event, name="people.AddressRecorded", crosses=True, text=AddressText, fixed=()):
    """Where a person lives, or is to be reached, from a day until before another."""

    kind: AddressKind
    since: date | None = None
    until: date | None = None


class SchoolText(Sealed):
    """Which school, or why there is none."""

    school: str | None = None
    urn: str | None = None
    none_because: str | None = None


class SchoolRecorded(
    Event, name="people.SchoolRecorded", crosses=True, text=SchoolText, fixed=("organisation", "school")
):
    """At which school a child is, from a day until before another; or that they are at none."""

    organisation: str | None = None
    """The school, by its id; None: the child is at none."""
    since: date | None = None
    until: date | None = None


class InvolvementText(Sealed):
    """Which it is, and as what it works with the person."""

    organisation_name: str
    role: str | None = None


class InvolvementRecorded(
    Event,
    name="people.InvolvementRecorded",
    crosses=True,
    text=InvolvementText,
    fixed=("agency", "organisation", "organisation_name"),
):
    """An organisation works with a person, from a day until before another: what goes to its agency goes to it."""

    agency: str
    organisation: str
    """By its id."""
    since: date | None = None
    until: date | None = None


class PlacementText(Sealed):
    """Who placed the child, and where."""

    placing_authority: str | None = None
    placement: str | None = None


class LookedAfterStarted(
    Event,
    name="people.LookedAfterStarted",
    crosses=True,
    text=PlacementText,
    fixed=("since", "legal_status"),
):
    """A child is looked after by a local authority from a day; said again, under another legal status."""

    since: date
    legal_status: LegalStatus | None = None
    """None: it is not known."""
    need: PrimaryNeed | None = None


class LookedAfterEnded(Event, name="people.LookedAfterEnded", crosses=True, fixed=("until", "reason")):
    """A child is looked after no longer, from a day."""

    until: date
    reason: LookedAfterEnd


class BirthText(Sealed):
    """What the child is called."""

    name: str | None = None
    sex: Sex | None = None
    nhs_number: str | None = None


class ChildBorn(Event, name="people.ChildBorn", crosses=True, text=BirthText, fixed=("born",)):
    """An unborn child was born: from now on the record is about the child."""

    born: date
    has_nhs_number: bool = False


class DeathText(Sealed):
    """What is known of it."""

    reason: str = ""


class DeathRecorded(Event, name="people.DeathRecorded", crosses=True, text=DeathText, fixed=("died",)):
    """A person died. Nothing closes by itself: every team with something open gets a task."""

    died: date
    verified: bool | None = None
