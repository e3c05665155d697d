"""Which step of the team a fact is about, where a command may be about any (`re`), and whose record that is. Pure."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.domain.command import Check
from shared.domain.decider import Context


class StepRef(BaseModel):
    """The step that a fact is about, as an event keeps it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    step: UUID
    """The command that recorded it; an entry of the chronology belongs to this command."""
    thing: UUID
    """The contact, meeting or plan that it belongs to."""


def named(context: Context) -> StepRef | None:
    """The step that the command names by `re`; None: it is about the child, and no one step."""
    return StepRef(step=context.step.command, thing=context.step.thing) if context.step else None


def of_our_record(context: Context, to_do: str) -> Check:
    """Forbids (E9) what a practitioner may do with a record of their own team alone.

    Theirs is what was recorded in the name of their agency and organisation, and what this team keeps, for those who
    work in it.
    """
    actor, step = context.actor, context.step
    theirs = context.of_the_team or (step is not None and step.recorder == (actor.agency, actor.organisation))
    return ("E9", not theirs, f"another team recorded this; ask somebody of that team {to_do}")
