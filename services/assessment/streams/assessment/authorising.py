"""Authorising an assessment, and sharing its outcome with the referrer and every agency that was asked (A3, A6)."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.assessment.codes import REFERRER
from services.assessment.events import AssessmentAuthorised, AuthorisedText, OutcomeShared, SharedText
from services.assessment.streams.asking import Asking
from services.assessment.streams.assessment.state import Assessment, AssessmentEvent, AssessmentRecord
from services.assessment.streams.referral.state import Referral
from shared.domain.actors import AGENCIES
from shared.domain.code_lists import LawfulBasis, ToldHow
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import refuse_fields, wrong
from shared.domain.fields import Distinct, Text


def _may_be_told(word: str) -> str:
    if word != REFERRER and word not in AGENCIES:
        raise wrong(f"name an agency, or {REFERRER} for a referrer of none", "choose")
    return word


SharedWith = Annotated[
    str,
    AfterValidator(_may_be_told),
    Field(json_schema_extra={"enum": sorted({*AGENCIES, REFERRER})}),
]
"""With whom an outcome is shared: an agency, or the referrer who is of none."""


class AuthoriseAssessment(Command, name="assessment.AuthoriseAssessment"):
    """Authorise an assessment that somebody else wrote (A3). From then on its outcome is to be shared (A6)."""

    comment: Text = ""


class NotShared(BaseModel):
    """With whom the outcome is not shared, why, and what allows that."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    with_: SharedWith = Field(alias="with")
    reason: Text = ""
    lawful_basis: LawfulBasis | None = None

    @model_validator(mode="after")
    def _said(self) -> "NotShared":
        refuse_fields(
            ("reason", not self.reason.strip(), "say why it is not shared", "missing"),
            ("lawful_basis", self.lawful_basis is None, "say what allows that it is not shared", "missing"),
        )
        return self


class ShareOutcome(Command, name="assessment.ShareOutcome"):
    """Share the outcome of an authorised assessment: with the referrer, and every agency that was asked (A6).

    By one command or several; with whom it is not shared is said with the reason and the lawful basis.
    """

    to: Distinct[SharedWith]
    how: ToldHow | None = None
    message: Text = ""
    not_shared: tuple[NotShared, ...] = Field(default=(), max_length=100)


def authorise_assessment(
    command: AuthoriseAssessment, state: AssessmentRecord, context: Context
) -> list[AssessmentEvent]:
    """Authorise it, by a manager who did not write it."""
    assessment = state.assessment
    waits = assessment.is_open and assessment.outcome is not None
    refuse_all(
        (
            "A3",
            not waits,
            "there is no completed assessment that waits to be authorised",
        ),
        (
            "A3",
            waits and context.actor.id in assessment.authors,
            "whoever wrote an assessment does not authorise it: ask another manager",
        ),
        (
            "A10",
            waits and not assessment.factors,
            "record first what the assessment identified (factors; 21 where it is nothing)",
        ),
    )
    assert assessment.outcome is not None
    to_tell = who_is_told(state.referral, state.asking)
    received, seen = state.referral.received_at, state.child_file.seen_at
    return [
        AssessmentAuthorised(
            kind=assessment.kind,
            outcome=assessment.outcome,
            factors=assessment.factors,
            safety_scale=assessment.safety_scale,
            family_network=assessment.family_network,
            child_seen=received is not None and seen is not None and seen >= received,
            to_tell=to_tell,
            share_by=context.deadline("A6", context.happened_at) if to_tell else None,
            sealed=AuthorisedText(comment=command.comment),
        )
    ]


def who_is_told(referral: Referral, asking: Asking) -> tuple[str, ...]:
    """The referrer, where there is one who can be reached; and every agency that was asked in this episode."""
    referrer = {referral.referrer_agency or REFERRER} if referral.tell_referrer else set[str]()
    return tuple(sorted(referrer | asking.asked(referral.contact, referral.received_at)))


def share_outcome(command: ShareOutcome, state: Assessment) -> list[AssessmentEvent]:
    """Tell them; once all are told, A6 is met as of when the last was. The same again is already so."""
    refuse_all(
        ("A6", not state.authorised, "no assessment is authorised: there is no outcome to share yet"),
    )
    not_shared = tuple(each.with_ for each in command.not_shared)
    settled = state.settled | {*command.to, *not_shared}
    if settled == state.settled:
        return []
    return [
        OutcomeShared(
            to=command.to,
            not_shared=not_shared,
            bases=tuple(each.lawful_basis for each in command.not_shared if each.lawful_basis),
            how=command.how,
            completes=state.to_tell <= settled and not state.to_tell <= state.settled,
            others_told_at=state.told_at,
            sealed=SharedText(
                message=command.message,
                reasons=tuple(each.reason for each in command.not_shared),
            ),
        )
    ]
