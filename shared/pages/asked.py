"""A form of a command, as a page asks for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shared.pages.forms import Field, Wrong

GENERIC: Final = "command.html"


@dataclass(frozen=True, slots=True)
class Asked:
    """One form of one command, as a page asks for it.

    Attributes:
        command: its name.
        re: the thing it is addressed to; empty: none.
        about: the children it is about, where no thing says so.
        back: where the person goes afterwards; `{id}` in it is what the command opened.
        people: who can be chosen in it.
        template: draws it.
        context: for the template.
        shape: its questions otherwise than the schema alone has them.
        happened: whether it is asked when it happened.
        adapt: what was answered to questions shaped so, as the command takes it, and what is wrong with it.
    """

    command: str
    re: str = ""
    about: tuple[str, ...] = ()
    back: str = "/"
    people: Sequence[tuple[str, str]] = field(default=(), repr=False)
    template: str = GENERIC
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)
    shape: Callable[[tuple[Field, ...]], tuple[Field, ...]] | None = None
    happened: bool = True
    adapt: Callable[[dict[str, Any]], tuple[dict[str, Any], list[Wrong]]] | None = None

    @property
    def draft(self) -> str:
        """What its draft is kept under: the thing, else the children."""
        return self.re or " ".join(sorted(self.about))
