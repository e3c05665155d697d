"""A proposal to hand a child's family up to children's social care or down to early help: the weekly panel decides (F11).

A step-up is proposed here, on the family's early help; a step-down by social care or a conference, whose fact is taken in.
What cannot wait for a panel never comes to it (F10).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias, assert_never

from pydantic import Field

from services.fws.codes import Direction, PanelDecision, WhyEnded
from services.fws.events import (
    DecisionText,
    EarlyHelpEnded,
    ProposalText,
    StepDownAgreed,
    StepDownForPanel,
    StepUpProposed,
    TransferDecided,
)
from services.fws.streams.family_episode.state import EpisodeEvent, FamilyEpisode
from services.fws.streams.proposal_state import ProposalEvent, TransferProposal, evolve
from shared.domain.code_lists import PrimaryNeed, ReceivingTeam
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import MOST_ITEMS, RequiredText, Text
from shared.domain.instants import Day, local_date

Decided: TypeAlias = ProposalEvent | EpisodeEvent


@dataclass(frozen=True)
class ProposalOfChild:
    """What a decision on a proposal takes: it, and the family's early help."""

    transfer_proposal: TransferProposal
    family_episode: FamilyEpisode


class TakeStepDown(Command, name="fws.TakeStepDown", opens=True, internal=True):
    """Social care or a conference proposed a step-down: it is for the next panel."""

    proposed_by: str
    reason: Text = ""
    goals: tuple[str, ...] = ()


class DecideTransfer(Command, name="fws.DecideTransfer"):
    """Record what the transfer panel of a date decided of a proposal (F11): agreed, not agreed, or deferred to the next one.

    An agreed step-up ends early help and opens a referral; an agreed step-down opens early help.
    """

    panel: Day
    decision: PanelDecision
    direction: Direction
    reason: RequiredText
    team: ReceivingTeam | None = None
    conditions: Annotated[tuple[RequiredText, ...], Field(max_length=MOST_ITEMS)] = ()
    primary_need: PrimaryNeed | None = None


ProposalCommand: TypeAlias = TakeStepDown | DecideTransfer


def decide(command: ProposalCommand, record: ProposalOfChild, context: Context) -> Sequence[Decided]:
    """What follows from a command on a proposal.

    Raises:
        Refused: F11 where nothing is proposed, or the other way (`already_open` of a step-down that is told meanwhile); F10
            for harm; F3 for a part of the family; E2 for a panel that is to come, or was before; F1 where early help is
            open already.
    """
    match command:
        case TakeStepDown():
            return take_step_down(command, record.transfer_proposal, context)
        case DecideTransfer():
            return decide_transfer(command, record, context)
        case _:
            assert_never(command)


def take_step_down(
    command: TakeStepDown, state: TransferProposal, context: Context
) -> list[StepDownForPanel]:
    """For the next panel; what is proposed already, by whomever, is already so."""
    refuse_all(
        (
            "F11",
            state.to_step_up,
            "a step-up is proposed for this child: the panel decides on that first",
            "already_open",
        )
    )
    if state.is_open:
        return []
    text = ProposalText(reason=command.reason, needs=command.goals)
    return [
        StepDownForPanel(
            proposed_by=command.proposed_by,
            decide_by=context.deadline("F11", context.happened_at),
            sealed=text if command.reason or command.goals else None,
        )
    ]


def may_decide(record: ProposalOfChild, context: Context) -> tuple[Check, ...]:
    """What cannot wait never comes to the panel (F10), and the panel decides what is proposed (F11), of the whole family (F3)."""
    state, episode = record.transfer_proposal, record.family_episode
    left_out = any(other.is_open and other.proposal == state.proposal for other in context.together.values())
    return (
        (
            "F10",
            episode.escalated or (state.to_step_up and episode.harmed),
            "harm, or a risk of significant harm, never waits for the panel: escalate it (fws.EscalateImmediately)",
        ),
        (
            "F11",
            not state.is_open,
            "nothing is proposed for this child: propose a step-up or a step-down first",
        ),
        (
            "F3",
            left_out,
            "the proposal is of all children of the family: decide it about every one of them",
        ),
    )


def decide_transfer(command: DecideTransfer, record: ProposalOfChild, context: Context) -> list[Decided]:
    """Decided, with what an agreement begins and ends."""
    state, since = record.transfer_proposal, record.transfer_proposal.proposed_at
    down = command.direction is Direction.STEP_DOWN
    agreed, deferred = command.decision is PanelDecision.AGREED, command.decision is PanelDecision.DEFERRED
    refuse_all(
        *may_decide(record, context),
        (
            "F11",
            state.is_open and command.direction is not state.direction,
            "what is proposed goes the other way: decide on that",
        ),
        ("E2", command.panel > local_date(context.now), "this panel is to come; record it when it was held"),
        (
            "E2",
            since is not None and (command.panel < local_date(since) or context.happened_at < since),
            "this panel was before it was proposed; correct its day, or when it happened",
        ),
        (
            "F1",
            agreed and down and record.family_episode.is_open,
            "early help is open for this child already: close it first, or defer the step-down",
        ),
    )
    decided = TransferDecided(
        panel=command.panel,
        decision=command.decision,
        direction=command.direction,
        team=command.team,
        primary_need=command.primary_need,
        decide_again_by=context.deadline("F11", context.happened_at) if deferred else None,
        sealed=DecisionText(reason=command.reason, conditions=command.conditions),
    )
    if not agreed:
        return [decided]
    return [decided, *(_began(context) if down else _ended(record.family_episode))]


def _began(context: Context) -> list[Decided]:
    at = context.happened_at
    return [
        StepDownAgreed(
            request=context.command_id,
            family=context.children,
            allocate_by=context.deadline("F1", at),
            visit_by=context.deadline("F2", at),
            share_by=context.deadline("F4", at),
        )
    ]


def _ended(episode: FamilyEpisode) -> list[Decided]:
    return [EarlyHelpEnded(reason=WhyEnded.STEPPED_UP, by_panel=True)] if episode.is_open else []


transfer_proposal = Stream(
    name="transfer_proposal",
    state=TransferProposal(),
    evolve=evolve,
    decide=decide,
    commands=ProposalCommand,
    events=ProposalEvent,
    per=Per.EPISODE,
    is_open=lambda state: state.is_open,
    opened_by=(StepUpProposed, StepDownForPanel),
    together=lambda state: state.family,
    record=ProposalOfChild,
    preconditions={DecideTransfer: may_decide},
    clocks=("F11",),
)
