"""What the index of people tells of a person who asks for a copy of their records: asked for, reviewed, released."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from services.people.codes import AskedBy, Exemption
from shared.domain.code_lists import LawfulBasis, ToldHow
from shared.domain.event import Event, Sealed


class AccessRequestText(Sealed):
    """Who asked, and what they asked for."""

    asked_by_name: str
    what: str = ""


class SubjectAccessRequested(
    Event,
    name="people.SubjectAccessRequested",
    text=AccessRequestText,
    fixed=("asked_by", "received", "respond_by"),
):
    """A person, or who may ask for them, asked for a copy of what is held of them. It is answered by `respond_by` (London),
    a month after it was received.
    """

    asked_by: AskedBy
    received: date
    respond_by: date


class AccessReviewText(Sealed):
    """What the review had to weigh, in words."""

    notes: str = ""


class SubjectAccessReviewed(
    Event,
    name="people.SubjectAccessReviewed",
    text=AccessReviewText,
    fixed=("draft", "by", "shown", "redacted", "withheld", "exemptions", "withheld_by"),
):
    """Somebody went through every line of a draft and decided what is shown of it. `draft` is the SHA-256 of the draft as it was
    decided on (hexadecimal), so that nothing else is released.

    `shown`, `redacted`, `withheld`: of how many lines; `exemptions`: for which kinds of reason something is left out.
    `withheld_by`: the teams that gave nothing, or nothing they may say, under a wall.
    """

    UNDONE_BY: ClassVar[str] = "review the draft again (people.ReviewSubjectAccess)"

    draft: str
    by: UUID
    shown: int
    redacted: int
    withheld: int
    exemptions: tuple[Exemption, ...] = ()
    withheld_by: tuple[str, ...] = ()


class SubjectAccessReleased(
    Event,
    name="people.SubjectAccessReleased",
    fixed=("draft", "to", "on", "how", "lawful_basis"),
):
    """The copy that was reviewed was given to who asked: a disclosure, with its lawful basis (E5), and a copy given (E8)."""

    UNDONE_BY: ClassVar[str] = (
        "nothing brings a copy back that was given: record what followed (people.RecordSupervision)"
    )

    draft: str
    to: UUID
    on: date
    how: ToldHow
    lawful_basis: LawfulBasis
