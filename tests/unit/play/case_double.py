"""Two made-up commands and the beginning of a case file, for the tests of reading case files."""

from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field

from deploy.play.cases import BadCase, load_case
from shared.domain.fields import PersonId, ThingId
from shared.domain.instants import Instant


class Address(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    about: tuple[UUID, ...] = ()
    re: UUID | None = None
    happened: Instant | None = None
    known: Instant | None = None


class Referrer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    told_at: Instant | None = None
    beside: list[PersonId] = []


class Receive(Address):
    source: Literal["6", "2A"]
    referrer: Referrer
    level: int = 0
    family_aware: bool = True
    word: str = ""
    on: str = ""


class Share(Address):
    given_to: Annotated[list[PersonId], Field(alias="with")]
    contacts: list[ThingId] = []
    by: PersonId | Literal["child"] | None = None


COMMANDS: dict[str, type[BaseModel]] = {"mash.Receive": Receive, "mash.Share": Share}
PEOPLE = """\
title: A case
people:
  amara: {kind: child, name: Amara Test, born: 2016-05-14, family: osei}
  grace: {kind: adult, name: Grace Test, family: osei, relations: [{to: amara, is: mother, parental_responsibility: true}]}
steps:
"""
BY = "by: {name: Jo Bell, role: mash_screener, agency: childrens_social_care}"
RECEIVE = (
    f"- {{at: 2026-04-02T16:40, {BY}, do: mash.Receive, as: contact, about: [amara], "
    'with: {source: "6", referrer: {name: PC Hale}}}\n'
)


def load(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "a-case.yaml"
    path.write_text(text, encoding="utf-8")
    return load_case(path, COMMANDS)


def mistakes(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    with pytest.raises(BadCase) as told:
        load(tmp_path, text)
    return [(one.mark.line, one.message) for one in told.value.mistakes]


def only_mistake(tmp_path: Path, text: str) -> tuple[int, str]:
    (one,) = mistakes(tmp_path, text)
    return one
