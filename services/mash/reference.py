"""What people at the front door read beside a decision: indicators of need by level, and services to signpost to.

Both are data with an edition, the project's or a council's own. They guide: no level is reckoned from indicators, and no
service is chosen by itself. Neither tells of anybody, so reading them is no look at a record.
"""

from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.service.policy_data import Reference
from shared.web.dependencies import CurrentActor, ReferenceData

router = APIRouter(tags=["mash"])

_FOLDER: Final = Path(__file__).parent / "data"

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\n\r]*$")]
Level = Literal[1, 2, 3, 4]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LevelOfNeed(_Data):
    """A level: what it is called, and of whom it is."""

    name: Line
    means: Line


class Indicator(NamedTuple):
    """An indicator of possible need."""

    level: Level
    heading: Code
    says: Line


class Indicators(_Data):
    """Indicators of need by level and heading."""

    edition: Line
    source: Line
    levels: dict[Level, LevelOfNeed]
    headings: dict[Code, Line]
    indicators: dict[Code, Indicator] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> "Indicators":
        if missing := sorted({1, 2, 3, 4} - self.levels.keys()):
            raise ValueError(f"each of the four levels says what it means: {missing[0]} is missing")
        for code, one in self.indicators.items():
            if one.heading not in self.headings:
                known = ", ".join(self.headings)
                raise ValueError(f"indicator {code}: {one.heading} is none of the headings: {known}")
        said = [one.says.casefold() for one in self.indicators.values()]
        if twice := [text for text in said if said.count(text) > 1]:
            raise ValueError(f"two indicators say the same: {twice[0]}")
        return self


class Service(_Data):
    """A service that a family can turn to. No person is named: people leave."""

    name: Line
    topics: tuple[Code, ...] = Field(min_length=1)
    says: Line
    where: Line | None = None
    web: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]{3,200}$")] | None = None
    telephone: Annotated[str, StringConstraints(pattern=r"^[0-9 ]{4,20}$")] | None = None

    @model_validator(mode="after")
    def _reachable(self) -> "Service":
        if (self.where, self.web, self.telephone) == (None, None, None):
            raise ValueError("say how the service is reached: where, web or telephone")
        return self


class Directory(_Data):
    """The services that a council signposts to."""

    edition: Line
    source: Line
    topics: dict[Code, Line]
    services: dict[Code, Service] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_topics(self) -> "Directory":
        for code, one in self.services.items():
            for topic in one.topics:
                if topic not in self.topics:
                    known = ", ".join(self.topics)
                    raise ValueError(f"service {code}: {topic} is none of the topics: {known}")
        return self

    def found(self, words: str, topic: str | None) -> dict[str, Service]:
        """The services of a topic whose name, topics or description hold all of these words, by name."""
        wanted = words.casefold().split()

        def holds(one: Service) -> bool:
            text = " ".join((one.name, one.says, *(self.topics[each] for each in one.topics))).casefold()
            return topic in (None, *one.topics) and all(word in text for word in wanted)

        found = {code: one for code, one in self.services.items() if holds(one)}
        return dict(sorted(found.items(), key=lambda pair: pair[1].name.casefold()))


INDICATORS: Final = Reference("indicators", Indicators, _FOLDER / "indicators.yaml")
DIRECTORY: Final = Reference("directory", Directory, _FOLDER / "directory.yaml")


@router.get("/levels-of-need")
async def levels_of_need(
    _who: CurrentActor,
    reference: ReferenceData,
    level: Annotated[int | None, Query(ge=1, le=4, description="only of this level")] = None,
    heading: Annotated[
        str | None, Query(pattern=r"^[a-z_]{1,60}$", description="only under this heading")
    ] = None,
) -> dict[str, Any]:
    """The four levels of need and their indicators, to be read where a level is recorded. Nothing adds them up: only by
    talking with the family can anybody judge what they need.
    """
    data: Indicators = reference["indicators"]
    return {
        "edition": data.edition,
        "source": data.source,
        "levels": [{"level": number, **one.model_dump()} for number, one in sorted(data.levels.items())],
        "headings": data.headings,
        "items": [
            {"code": code, "level": one.level, "heading": one.heading, "says": one.says}
            for code, one in data.indicators.items()
            if level in (None, one.level) and heading in (None, one.heading)
        ],
    }


@router.get("/directory")
async def directory(
    _who: CurrentActor,
    reference: ReferenceData,
    q: Annotated[
        str, Query(max_length=100, description="words that name or description hold, all of them")
    ] = "",
    topic: Annotated[str | None, Query(pattern=r"^[a-z_]{1,60}$", description="only of this topic")] = None,
) -> dict[str, Any]:
    """The services that a family can be signposted to: `name` is what `DecideContact` takes as its `service`."""
    data: Directory = reference["directory"]
    return {
        "edition": data.edition,
        "source": data.source,
        "topics": data.topics,
        "items": [{"code": code, **one.model_dump()} for code, one in data.found(q, topic).items()],
    }
