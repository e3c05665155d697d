"""A family that goes up to children's social care as planned, or came down from it."""

from typing import Annotated

from pydantic import Field

from services.fws.events import ProposalText, StepDownReceived, StepDownText, StepUpProposed
from services.fws.streams.family_episode.state import (
    EpisodeEvent,
    EpisodeOfChild,
    FamilyEpisode,
    whole_family,
    working,
)
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import MOST_ITEMS, PersonId, RequiredText, Text
from shared.domain.instants import local_date

_Lines = Annotated[tuple[RequiredText, ...], Field(max_length=MOST_ITEMS)]


class ProposeStepUp(Command, name="fws.ProposeStepUp"):
    """Propose to the transfer panel that children's social care takes the family on (F11). Harm never waits for it (F10)."""

    reason: RequiredText
    needs: _Lines = ()
    consent: bool | None = None


class ReceiveStepDown(Command, name="fws.ReceiveStepDown"):
    """Take a family over from social care as the panel agreed: the plan so far, and who consented to help (M16)."""

    plan: _Lines = ()
    consented_by: PersonId | None = None
    notes: Text = ""


def may_propose(record: EpisodeOfChild, context: Context) -> tuple[Check, ...]:
    """A planned step-up is of a family that is worked with, once, and without harm."""
    state = record.family_episode
    return (
        (
            "F10",
            state.harmed or state.escalated,
            "harm, or a risk of significant harm, never waits for the panel: escalate it (fws.EscalateImmediately)",
        ),
        *working(state, context),
        (
            "F11",
            record.transfer_proposal.is_open,
            "the panel has this family before it already: it decides on that first",
        ),
    )


def propose_step_up(command: ProposeStepUp, record: EpisodeOfChild, context: Context) -> list[StepUpProposed]:
    """Proposed: for the next panel."""
    refuse_all(*may_propose(record, context))
    return [
        StepUpProposed(
            proposal=context.command_id,
            family=context.children,
            consent=command.consent,
            decide_by=context.deadline("F11", context.happened_at),
            sealed=ProposalText(reason=command.reason, needs=command.needs),
        )
    ]


def receive_step_down(command: ReceiveStepDown, state: FamilyEpisode, context: Context) -> list[EpisodeEvent]:
    """Received, with consent that somebody with parental responsibility signed."""
    agreed = state.is_open and state.stepped_down
    refuse_all(
        (
            "F11",
            not agreed,
            "the transfer panel has not agreed a step-down of this child: it decides first (fws.DecideTransfer)",
        ),
        whole_family(state, context),
        *_consent(command, state, context),
    )
    return [
        StepDownReceived(
            consented_by=command.consented_by,
            sealed=StepDownText(plan=command.plan, notes=command.notes),
        )
    ]


def _consent(command: ReceiveStepDown, state: FamilyEpisode, context: Context) -> tuple[Check, ...]:
    """Forbids (M16) help without consent, and consent by somebody without parental responsibility on the day."""
    assert context.child is not None
    holders = context.person(context.child).responsible_on(local_date(context.happened_at))
    return (
        (
            "M16",
            command.consented_by is None and not state.consented,
            "nobody with parental responsibility has signed that they want help: say who did",
        ),
        (
            "M16",
            command.consented_by is not None and command.consented_by not in holders,
            "whoever consents needs parental responsibility for each child: record it first, or name somebody else",
        ),
    )
