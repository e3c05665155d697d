"""Visits to a family, and the wellbeing assessment that follows from them: drafted, and shared with the family."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.fws.codes import Place
from services.fws.events import (
    DraftAssessmentCompleted,
    DraftText,
    FamilyVisited,
    MemberText,
    NotGivenText,
    SharedText,
    VisitText,
    WellbeingAssessmentShared,
)
from services.fws.streams.family_episode.state import EpisodeEvent, FamilyEpisode, working
from shared.domain.code_lists import ToldHow
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import (
    MOST_ITEMS,
    Agency,
    Distinct,
    Organisation,
    PersonId,
    RequiredText,
    Text,
)
from shared.team.sharing import NotGiven

Scale = Annotated[int, Field(ge=0, le=10, strict=True)]
"""How safe and well the family says it is: 0 is worst, 10 best."""


class RecordFamilyVisit(Command, name="fws.RecordFamilyVisit"):
    """Record a visit to the family, and which of the children were seen (F2, F3, F6)."""

    children_seen: Distinct[PersonId]
    adults_seen: Distinct[PersonId] = ()
    alone: Distinct[PersonId] = ()
    notes: Text = ""
    place: Place | None = None
    why_not_seen: Text | None = None
    words: Text = ""

    @model_validator(mode="after")
    def _seen_alone(self) -> "RecordFamilyVisit":
        refuse_fields(
            (
                "children_seen",
                not set(self.alone) <= set(self.children_seen),
                "whoever was seen alone was seen: name them here too",
            )
        )
        return self


class Member(BaseModel):
    """What one member of the family needs."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    who: PersonId
    needs: Annotated[tuple[RequiredText, ...], Field(max_length=MOST_ITEMS)] = ()


_Lines = Annotated[tuple[RequiredText, ...], Field(max_length=MOST_ITEMS)]


class CompleteDraftAssessment(Command, name="fws.CompleteDraftAssessment"):
    """Complete the draft of the family's wellbeing assessment: what they need, what works well, what they want to reach."""

    needs: _Lines
    strengths: _Lines
    goals: _Lines
    scale: Scale | None = None
    members: Annotated[tuple[Member, ...], Field(max_length=MOST_ITEMS)] = ()


class ShareAssessment(Command, name="fws.ShareAssessment"):
    """Record that the assessment was shared with the family (F4), and who was not given it and why."""

    shared_with: Distinct[PersonId] = Field(alias="with", min_length=1)
    how: ToldHow | None = None
    partners: Distinct[Agency] = ()
    organisation: Organisation | None = None
    not_given: Annotated[tuple[NotGiven, ...], Field(max_length=MOST_ITEMS)] = ()


def record_family_visit(
    command: RecordFamilyVisit, state: FamilyEpisode, context: Context
) -> list[EpisodeEvent]:
    """Visited; who was not seen at the first visit is seen at another (F3)."""
    strangers = set(command.children_seen) - set(context.children)
    refuse_all(
        *working(state, context),
        (
            "F3",
            bool(strangers),
            "a child who was seen is not part of this family's early help; send it about them too, or leave them out",
        ),
    )
    assert state.requested_at is not None
    seen, first = context.child in command.children_seen, not state.visited
    see_by = context.deadline("F3", state.requested_at) if first and not seen else None
    return [
        FamilyVisited(
            seen=seen,
            alone=context.child in command.alone,
            place=command.place,
            first=first,
            adults_seen=command.adults_seen,
            requested_at=state.requested_at if see_by else None,
            see_by=see_by,
            visit_by=context.deadline("F6", context.happened_at),
            sealed=VisitText(
                notes=command.notes,
                words=command.words if seen else "",
                why_not_seen=None if seen else command.why_not_seen,
            ),
        )
    ]


def complete_draft_assessment(
    command: CompleteDraftAssessment, state: FamilyEpisode, context: Context
) -> list[EpisodeEvent]:
    """Drafted: the family support meeting is due."""
    refuse_all(*working(state, context))
    at = context.happened_at
    return [
        DraftAssessmentCompleted(
            scale=command.scale,
            meet_by=context.deadline("F5", at),
            meet_again_by=context.deadline("F5b", at),
            sealed=DraftText(
                needs=command.needs,
                strengths=command.strengths,
                goals=command.goals,
                members=tuple(MemberText(who=str(each.who), needs=each.needs) for each in command.members),
            ),
        )
    ]


def share_assessment(command: ShareAssessment, state: FamilyEpisode, context: Context) -> list[EpisodeEvent]:
    """Shared, once there is one."""
    refuse_all(
        *working(state, context),
        ("F4", not state.drafted, "there is no assessment to share: complete the draft first"),
    )
    organisation = command.organisation
    return [
        WellbeingAssessmentShared(
            shared_with=command.shared_with,
            how=command.how,
            partners=command.partners,
            organisation=organisation.id if organisation else None,
            sealed=SharedText(
                not_given=not_given_texts(command.not_given),
                organisation_name=organisation.name if organisation else None,
            ),
        )
    ]


def not_given_texts(not_given: tuple[NotGiven, ...]) -> tuple[NotGivenText, ...]:
    """Who was given no copy, to be sealed."""
    return tuple(NotGivenText(who=str(each.who), reason=each.reason) for each in not_given)
