"""The decision on an action: whether, by which policies, and why not in words that help."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an actor may do something, and what entitled or refused them.

    Attributes:
        allowed: whether.
        by: the ids of the policies that decided it: those that allow it, or those that forbid it. Empty where nothing
            allows it.
        rules: the rules that forbid it, the most telling first; empty where it is allowed.
        why: in plain words, with what the person can do; empty where it is allowed.
        alone: nothing may be added to this refusal, not even other rules: it says all that a stranger may know.
        basis: the lawful basis on which it is allowed, as a code, unless the command itself names another (E5); empty
            where it is refused.
    """

    allowed: bool
    by: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    why: str = ""
    alone: bool = False
    basis: str = ""
