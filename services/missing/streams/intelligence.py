"""Intelligence: what interviews with several children say, put together by the coordinator, for the police (R6). About no child."""

from dataclasses import dataclass

from pydantic import model_validator

from services.missing.codes import Grade
from services.missing.events import IntelligenceShared, IntelligenceText
from services.missing.wording import wording
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import Distinct, PersonId, ShortText, Text


@dataclass(frozen=True)
class Intelligence:
    """No decision looks at what was put together before."""


class LinkIntelligence(Command, name="missing.LinkIntelligence", opens=True):
    """Put together what belongs together; what is listed in `same_as` means one thing, and counts under the first."""

    places: Distinct[ShortText] = ()
    people: Distinct[ShortText] = ()
    groups: Distinct[ShortText] = ()
    same_as: Distinct[ShortText] = ()
    children: Distinct[PersonId] = ()
    reason: Text
    grade: Grade = Grade.NOT_GRADED

    @model_validator(mode="after")
    def _something(self) -> "LinkIntelligence":
        refuse_fields(
            (
                "places",
                not (self.places or self.people or self.groups or self.same_as),
                "say what belongs together: places, people, groups, or what means the same",
                "missing",
            )
        )
        return self


def decide(command: LinkIntelligence, _state: Intelligence, _context: Context) -> list[IntelligenceShared]:
    """It was put together.

    Raises:
        Refused: R6 where what is said to mean the same is one way of writing it alone.
    """
    refuse_all(
        (
            "R6",
            len({wording(each) for each in command.same_as}) == 1,
            "what means the same is written in two ways at least: name the others too",
        )
    )
    return [
        IntelligenceShared(
            children=command.children,
            grade=command.grade,
            sealed=IntelligenceText(
                places=command.places,
                people=command.people,
                groups=command.groups,
                same_as=command.same_as,
                reason=command.reason,
            ),
        )
    ]


intelligence = Stream(
    name="intelligence_link",
    state=Intelligence(),
    evolve=lambda state, _event: state,
    decide=decide,
    commands=LinkIntelligence,
    events=IntelligenceShared,
    per=Per.ALONE,
)
