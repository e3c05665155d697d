"""A child's own file in the missing children's team: missing education, with an episode or without. What every team has is
added to it.
"""

from dataclasses import dataclass

from services.missing.events import EducationText, MissingEducationRegistered
from services.missing.streams.missing_episode import MissingEpisode
from services.missing.streams.missing_episode.state import not_closed
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import ShortText, Text
from shared.domain.instants import Day, local_date


@dataclass(frozen=True)
class FileOfChild:
    """No decision looks at what was written before."""


@dataclass(frozen=True)
class FileAndEpisode:
    """What a decision on the file takes: it, and the episode that it refers to."""

    child_file: FileOfChild
    missing_episode: MissingEpisode


class RegisterMissingEducation(Command, name="missing.RegisterMissingEducation", refers_to="missing_episode"):
    """Record that a child is missing from education, what was considered (R7), and whether they are on the register."""

    school: ShortText | None = None
    last_attended: Day
    forced_marriage_considered: bool
    fgm_considered: bool
    mash_consulted: bool
    on_register: bool
    reason: Text = ""


def decide(
    command: RegisterMissingEducation, state: FileAndEpisode, context: Context
) -> list[MissingEducationRegistered]:
    """Registered; what was not considered has a reason.

    Raises:
        Refused: R7 where one of the three was not done and nobody says why; E2 for a day to come.
    """
    considered = (
        command.forced_marriage_considered,
        command.fgm_considered,
        command.mash_consulted,
    )
    refuse_all(
        not_closed(state.missing_episode),
        (
            "R7",
            not all(considered) and not command.reason.strip(),
            "forced marriage and mutilation are considered and MASH is consulted: do so, or say why not",
        ),
        (
            "E2",
            command.last_attended > local_date(context.now),
            "that day is to come; correct the last day on which the child attended",
        ),
    )
    return [
        MissingEducationRegistered(
            episode=command.re,
            last_attended=command.last_attended,
            forced_marriage_considered=command.forced_marriage_considered,
            fgm_considered=command.fgm_considered,
            mash_consulted=command.mash_consulted,
            on_register=command.on_register,
            sealed=EducationText(school=command.school, reason=command.reason or None),
        )
    ]


child_file = Stream(
    name="child_file",
    state=FileOfChild(),
    evolve=lambda state, _event: state,
    decide=decide,
    commands=RegisterMissingEducation,
    events=MissingEducationRegistered,
    per=Per.CHILD,
    record=FileAndEpisode,
    found_by={"missing_episode": "re"},
)
