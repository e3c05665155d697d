"""Searching for people, by what the searcher knows of them; and the records that may be of one person, to work through.

What is searched by goes in the body, never into an address: addresses stand in logs. It is looked up by keyed digests, so it
stands in no question to the database either; what is kept of a search is who asked, why, and whom it showed.
"""

from collections.abc import Mapping
from heapq import nlargest
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.people.codes import SearchReason, Withheld
from services.people.identifiers import ChildId, NhsNumber, Upn
from services.people.matching.asked import LEAST, Fit
from services.people.matching.asked import asked as keys_of
from services.people.matching.names import words_of
from services.people.matching.queries import candidates
from services.people.matching.views import possible_duplicates, search_keys
from services.people.names import NOBODY, Told, told_of
from shared.domain.fields import ShortText
from shared.domain.instants import Day, local_date
from shared.web.dependencies import MOST_POSITION, instant
from shared.web.paging import Paging, page_of
from shared.web.reading import Reader, Reading

router = APIRouter(tags=["people"])

MOST_SHOWN: Final = 50
MOST_OPENED: Final = 150
"""People of whom it is looked up what is withheld, and whether they were erased; of more, those who fit best."""
MANAGING_THE_INDEX: Final = "people.MergePeople"
"""Who may do this also finds by name whose name is withheld: two records of one such person are theirs to judge."""


class SearchAsked(BaseModel):
    """Whom somebody looks for, and why."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    why: SearchReason
    name: ShortText | None = None
    born: Day | None = None
    nhs_number: NhsNumber | None = None
    upn: Upn | None = None
    la_child_id: ChildId | None = None
    kind: Literal["child", "adult"] | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_SHOWN)] = 20
    after: Annotated[int, Field(ge=0, le=MOST_POSITION)] | None = Field(
        default=None, description="a position from a command's answer: the search waits for it"
    )

    @model_validator(mode="after")
    def _something(self) -> "SearchAsked":
        if not any((self.name, self.born, self.nhs_number, self.upn, self.la_child_id)):
            raise ValueError("say whom you look for: a name, a day of birth, or a number")
        if self.name and not words_of(self.name):
            raise ValueError("write the name in letters")
        return self


@router.post("/people/search")
async def search(asked: SearchAsked, reader: Reader) -> dict[str, Any]:
    """People who fit what is known of them, those who fit best first; names also as they are spelt otherwise or shortened.

    `more`: there are too many for all to be looked at; say something else that is known. Somebody whose name is withheld is
    found by a number, or by who keeps the index; for anybody else they are not there. Of people who were merged the record
    that was kept is shown.
    """
    await reader.authorise("read:people")
    for view in (search_keys.name, "people", "facts"):
        await reader.caught_up(view, asked.after)
    by = keys_of(
        reader.digest,
        name=asked.name,
        born=asked.born,
        nhs_number=asked.nhs_number,
        upn=asked.upn,
        la_child_id=asked.la_child_id,
    )
    found = await reader.query(candidates, reader.service, by.by, by.beside)
    fits = await _by_kept(reader, {person: by.fit(each) for person, each in found.digests.items()})
    told = await told_of(reader, nlargest(MOST_OPENED, fits, key=lambda person: fits[person].score))
    listed = _who_may_be_shown(reader, fits, told, asked.kind)
    likely = sorted(listed, key=lambda person: (-fits[person].score, person))
    shown = likely[: asked.limit]
    await reader.record(
        "read:people",
        children=tuple(shown),
        sight=reader.sight(shown, search_keys.name),
        why=f"search/{asked.why}",
    )
    names = told.listed(reader)
    return {
        "items": [{"person": str(person), "fits": _fits(fits[person]), **names[person]} for person in shown],
        "more": found.more or len(likely) > len(shown),
    }


async def _by_kept(reader: Reading, fits: Mapping[UUID, Fit]) -> dict[UUID, Fit]:
    """Those who fit at all, each under the id that a merge kept, by the record that fits best."""
    same = await reader.same_people([person for person, fit in fits.items() if fit.score >= LEAST])
    best: dict[UUID, Fit] = {}
    for person, one in same.items():
        if one.kept not in best or best[one.kept].score < fits[person].score:
            best[one.kept] = fits[person]
    return best


def _who_may_be_shown(reader: Reading, fits: Mapping[UUID, Fit], told: Told, kind: str | None) -> list[UUID]:
    """Of those who fit: who was not erased, is of the kind asked for, and may be known to be there."""
    keeps_the_index = reader.may(MANAGING_THE_INDEX)
    withheld, erased = told.withheld(local_date(reader.now())), told.erased(reader)
    return [
        person
        for person, row in told.people.items()
        if person not in erased
        and kind in (None, row["kind"])
        and (keeps_the_index or fits[person].number or Withheld.NAME not in withheld[person])
    ]


def _fits(fit: Fit) -> dict[str, Any]:
    return {"score": fit.score, "name": fit.name, "born": fit.born, "number": fit.number}


@router.get("/duplicates")
async def duplicates(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Two records each that may be of one person, the likeliest first, for a manager to merge or dismiss."""
    await reader.authorise("read:worklist")
    for view in (possible_duplicates.name, "people", "facts"):
        await reader.caught_up(view, asked.after)
    page = await reader.page(
        possible_duplicates,
        order={"unlikeness": int, "person": UUID, "other": UUID},
        cursor=asked.cursor,
        limit=asked.limit,
    )
    told = await told_of(reader, {row[side] for row in page.rows for side in ("person", "other")})
    withheld, keeps_the_index = told.withheld(local_date(reader.now())), reader.may(MANAGING_THE_INDEX)
    rows = [
        row
        for row in page.rows
        if keeps_the_index
        or not any(Withheld.NAME in withheld.get(row[side], ()) for side in ("person", "other"))
    ]
    both = tuple(dict.fromkeys(row[side] for row in rows for side in ("person", "other")))
    await reader.record(
        "read:worklist",
        children=both,
        sight=reader.sight([row["person"] for row in rows], possible_duplicates.name),
    )
    names = told.listed(reader)
    return page_of(
        [
            {
                "people": [
                    {"person": str(row[side]), **names.get(row[side], NOBODY)} for side in ("person", "other")
                ],
                "score": 100 - row["unlikeness"],
                "reasons": list(row["reasons"]),
                "flagged_at": instant(row["flagged_at"]),
            }
            for row in rows
        ],
        page.next,
    )
