"""What the person who asks may do now with a thing or about a child, and of each command that they may not, why.

For the buttons of a page: so that nobody fills in a form that is refused at its end, and nothing is hidden without a word.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from shared.access.access_row import Sight
from shared.commands.possible import Possible
from shared.domain.command import MAX_CHILDREN, NotFound, public_name
from shared.web.dependencies import WhatMayBeDone
from shared.web.field_errors import WrongField, as_sentence
from shared.web.problems import invalid
from shared.web.reading import Reader

router = APIRouter(tags=["access"])


class OneCommand(BaseModel):
    """A command that is addressed so, and whether the person may send it now."""

    command: str = Field(description="its name, as in `POST /commands/NAME`")
    may: Literal["yes", "no", "some"] = Field(
        description="some: about those of the children in `about` alone"
    )
    about: list[UUID] = Field(description="the children about whom it may be sent now")
    because: Literal["role", "state", ""] = Field(
        description="why not: it is not for this person, or not for the record as it stands; empty where nothing forbids it"
    )
    rules: list[str] = Field(description="the rules that forbid it; empty where it is no rule")
    why: str = Field(description="the refusal in a sentence, for people; empty where nothing forbids it")


class WhatMay(BaseModel):
    """What may be done now."""

    re: UUID | None
    about: list[UUID]
    commands: list[OneCommand]


@router.get("/may", response_model=WhatMay)
async def what_may_be_done(
    reader: Reader,
    what_may_be_done: WhatMayBeDone,
    re: Annotated[
        UUID | None, Query(description="the thing, or the step, a command would be sent `re`")
    ] = None,
    about: Annotated[
        list[UUID] | None, Query(max_length=MAX_CHILDREN, description="the children it would be `about`")
    ] = None,
) -> dict[str, Any]:
    """The commands that are addressed to a thing (`re`), or about children, and which of them you may send now.

    What a command itself will say is not looked at: one that you may send may still be refused for that.
    """
    children = tuple(dict.fromkeys(about or ()))
    if re is None and not children:
        raise invalid(WrongField("re", "say what it is about: a thing, or a child in about", "missing"))
    await reader.authorise("read:may", children=children)
    try:
        possible = await what_may_be_done(reader.who, re, children)
    except NotFound:
        await reader.record("read:may", children=children, subject=re, sight=Sight(0))
        raise
    known = {child for each in possible for child in each.children if child} | set(children)
    await reader.record("read:may", children=tuple(known), subject=re, sight=Sight(len(possible)))
    return {
        "re": re,
        "about": children,
        "commands": [_shown(reader.service, each) for each in possible],
    }


def _shown(service: str, possible: Possible) -> dict[str, Any]:
    may = "yes" if not possible.why else "some" if possible.open_to else "no"
    return {
        "command": public_name(service, possible.command),
        "may": may,
        "about": [child for child in possible.open_to if child],
        "because": "" if may == "yes" else "role" if possible.by_role else "state",
        "rules": possible.rules,
        "why": as_sentence(possible.why) if possible.why else "",
    }
