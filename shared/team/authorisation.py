"""Authorise a command: whether the actor's role may send it, and who may hear more than a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.domain.access_facts import NOTHING, OWN_TEAM, Facts
from shared.domain.actors import Actor
from shared.domain.command import Command, public_name


class Verdict(Protocol):
    """What the access table says of an actor and an action: whether, by which rules not, and why in plain words."""

    @property
    def allowed(self) -> bool:
        """Whether it is allowed."""
        ...

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that forbid it."""
        ...

    @property
    def why(self) -> str:
        """Why, with what the person can do."""
        ...

    @property
    def alone(self) -> bool:
        """Whether nothing may be added to the refusal."""
        ...


class Access(Protocol):
    """Who may do what: the access table."""

    def may(self, actor: Actor, action: str, facts: Facts = NOTHING) -> Verdict:
        """Whether an actor may do something where these facts are so."""
        ...

    def allows(self, actor: Actor, action: str, facts: Facts = NOTHING) -> bool:
        """As `may`, where nobody is told why not."""
        ...


class Forbidden(Exception):
    """The actor's role may not do this. `rules` names the role's rules first, then every other that forbids it too."""

    def __init__(self, message: str, rules: Sequence[str]) -> None:
        super().__init__(message)
        self.message = message
        self.rules = tuple(rules)


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a role may send a command.

    Attributes:
        rules: the rules that forbid it to this role; none: it is allowed.
        why: the refusal in plain words.
        of_the_team: whether a refusal may also say what stands in the record. To a colleague who sees the team's list,
            yes; a stranger would learn from it whether a child is known, and what is open.
    """

    rules: tuple[str, ...] = ()
    why: str = ""
    of_the_team: bool = False

    @property
    def granted(self) -> bool:
        """Whether it may be sent."""
        return not self.rules

    def forbidden(self, more: Sequence[str] = ()) -> Forbidden:
        """The refusal, with what else forbids it."""
        return Forbidden(self.why, tuple(dict.fromkeys((*self.rules, *more))))


@dataclass(frozen=True, slots=True)
class Membership:
    """How an actor stands to a team.

    Attributes:
        of_the_team: works in it: is of its agency, and sees its list.
        manages: is a manager of it: may vary its deadlines (the rules, "Who may do what").
    """

    of_the_team: bool
    manages: bool


def known_before(agency: str, actor: Actor) -> Facts:
    """What is so of an actor, whatever the record: whether they are of the agency that keeps it."""
    return OWN_TEAM if actor.agency == agency else NOTHING


def membership_of(access: Access, team: Actor, service: str, actor: Actor) -> Membership:
    """How the actor stands to the team of a service, by role alone; `team` is the service as an actor."""
    return Membership(
        of_the_team=actor.agency == team.agency and access.allows(actor, f"read:worklist:{service}"),
        manages=access.allows(actor, f"{service}.VaryDeadline"),
    )


def authorise(access: Access, team: Actor, service: str, command: Command, actor: Actor) -> Permission:
    """Whether the actor's role may send this command to the service. Looks at no record of any child.

    `team` is the service as an actor: who is of its agency may be a colleague. Whether they recorded it themselves is
    known only when the record is loaded: the command's decision judges that.
    """
    verdict = access.may(actor, public_name(service, type(command)), known_before(team.agency, actor))
    if verdict.allowed:
        return Permission()
    of_the_team = (
        not verdict.alone and actor.agency == team.agency and access.allows(actor, f"read:worklist:{service}")
    )
    return Permission(verdict.rules, verdict.why, of_the_team)
