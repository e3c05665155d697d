"""What stands beside the episodes: the child's pattern, who works with the child, missing education, what is put together."""

from datetime import date
from uuid import UUID

from services.missing.codes import Grade, PatternBy
from shared.domain.event import Event, Sealed


class IncidentCounted(Event, name="missing.IncidentCounted", fixed=("episode", "day")):
    """An incident counts towards the child's pattern (R5), by the day on which it happened; until it is over the child is
    missing.
    """

    episode: UUID
    day: date


class IncidentOver(Event, name="missing.IncidentOver", fixed=("episode", "counts")):
    """The child is missing no longer; or was not, and then the incident does not count."""

    episode: UUID
    counts: bool = True


class PatternText(Sealed):
    """Why a strategy discussion is proposed, where a person proposed it."""

    reason: str = ""


class RepeatPatternDetected(
    Event, name="missing.RepeatPatternDetected", crosses=True, text=PatternText, fixed=("by", "triggers")
):
    """A strategy discussion is proposed (R5): three incidents in 90 days, an indicator of exploitation, or a person says so."""

    by: PatternBy
    triggers: tuple[UUID, ...] = ()
    """The incidents that complete it."""


class TriggerAttached(Event, name="missing.TriggerAttached", fixed=("by", "trigger")):
    """One more trigger, where a discussion is proposed already."""

    by: PatternBy
    trigger: UUID | None = None


class ProposalAnswered(Event, name="missing.ProposalAnswered", fixed=("held",)):
    """A strategy discussion was held, or the panel said that none is needed: a later trigger proposes anew."""

    held: bool


class LookedAfterWhileMissing(Event, name="missing.LookedAfterWhileMissing", fixed=("episode",)):
    """The child became looked after while missing: three are told of it from then on (R10)."""

    episode: UUID


class WorkerNoted(Event, name="missing.WorkerNoted", fixed=("worker", "case")):
    """Another team gave the child a worker: an adult they know (R2)."""

    worker: UUID
    agency: str
    case: UUID


class WorkerGoneNoted(Event, name="missing.WorkerGoneNoted", fixed=("case",)):
    """The worker of that case works with the child no longer."""

    case: UUID


class EducationText(Sealed):
    """Which school, and why something was not done."""

    school: str | None = None
    reason: str | None = None


class MissingEducationRegistered(
    Event, name="missing.MissingEducationRegistered", crosses=True, text=EducationText, fixed=()
):
    """A child is missing from education: forced marriage and mutilation were considered, MASH consulted (R7), and whether the
    child stands on the register of children missing education.
    """

    episode: UUID | None = None
    last_attended: date
    forced_marriage_considered: bool
    fgm_considered: bool
    mash_consulted: bool
    on_register: bool


class IntelligenceText(Sealed):
    """What belongs together, and why."""

    places: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    """What means the same: counted under the first."""
    reason: str = ""


class IntelligenceShared(
    Event,
    name="missing.IntelligenceShared",
    crosses=True,
    text=IntelligenceText,
    sensitivity="restricted",
    fixed=("children",),
):
    """What interviews with several children say was put together, for the police (R6). About no one child."""

    children: tuple[UUID, ...] = ()
    grade: Grade = Grade.NOT_GRADED
