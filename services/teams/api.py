"""The receiving teams over HTTP, beside their commands: the teams there are, their worklists and boards, a child's cases.

Who is of a team is shown that team's cases and no other's, whatever they ask for; social care is shown all.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query

from services.teams.queries import running_clocks
from services.teams.reference import RECEIVING_TEAMS
from services.teams.rows import Teams
from services.teams.streams.team_case.state import OF_A_TEAM
from services.teams.views import cases, steps, waits_for
from shared.domain.rules import clock_state
from shared.web.dependencies import After, CurrentActor, ReferenceData, instant
from shared.web.paging import Paging
from shared.web.reading import Reader, Reading
from shared.web.rows import SOMETHING

router = APIRouter(tags=["teams"])

MOST_CLOCKS: Final = 500
"""Clocks on one board: the earliest due of them."""
MOST_OF_A_CHILD: Final = 200

Team = Annotated[
    str | None, Query(pattern=r"^[a-z][a-z_]{1,59}$", description="only this team's, by the code of its row")
]


@router.get("/teams")
async def receiving_teams(_who: CurrentActor, reference: ReferenceData) -> dict[str, Any]:
    """The receiving teams there are, each with its limits in words and its steps: what commands take as `team` and `what`."""
    data: Teams = reference[RECEIVING_TEAMS.name]
    return {
        "edition": data.edition,
        "items": [
            {
                "team": code,
                "name": row.name,
                "agency": row.agency,
                "source": row.source,
                "accept": row.accept.in_words if row.accept else None,
                "first_seen": row.first_seen.in_words if row.first_seen else None,
                "visit": row.visit.in_words if row.visit else None,
                "reviews": [limit.in_words for limit in row.reviews],
                "sessions": row.sessions,
                "steps": [
                    {
                        "what": step,
                        "name": said.name,
                        "within": said.within.in_words if said.within else None,
                    }
                    for step, said in row.steps.items()
                ],
            }
            for code, row in data.teams.items()
        ],
    }


@router.get("/worklist")
async def worklist(
    reader: Reader,
    asked: Paging,
    team: Team = None,
    mine: Annotated[bool, Query(description="only children who are allocated to you")] = False,
    accepted: Annotated[bool | None, Query(description="only what is accepted, or only what is not")] = None,
) -> dict[str, Any]:
    """Open cases of a team, or of all that you may see, the longest offered first, with what each waits for."""
    where: dict[str, Any] = {"waits": True}
    shown = _shown(reader, team)
    if shown is not None:
        where["team"] = shown
    if mine:
        where["worker"] = reader.own_ids()
    if accepted is not None:
        where["accepted_at"] = SOMETHING if accepted else None
    order = {"offered_at": datetime, "stream": UUID}
    return await reader.listing(cases, order=order, where=where, asked=asked, item=_case)


@router.get("/board")
async def board(reader: Reader, team: Team = None, after: After = None) -> dict[str, Any]:
    """The clocks that run for a team, or for all that you may see, the earliest due first."""
    await reader.authorise("read:worklist")
    for view in (cases.name, "deadlines"):
        await reader.caught_up(view, after)
    rows = await reader.query(running_clocks, reader.service, _shown(reader, team), MOST_CLOCKS)
    await reader.record(
        "read:worklist",
        children=tuple({row["child"] for row in rows}),
        sight=reader.sight([row["stream"] for row in rows], "deadlines"),
    )
    rules, now = reader.rules(), reader.now()
    return {
        "items": [
            {
                "team": row["team"],
                "called": row["called"],
                "case": str(row["stream"]),
                "child": str(row["child"]),
                "rule": row["rule"],
                "do": rules[row["rule"]].do if row["rule"] in rules else "",
                "started_at": instant(row["started_at"]),
                "due_at": instant(row["due_at"]),
                "state": clock_state(row["due_at"], None, None, row["varied"], now),
                "edition": row["edition"],
            }
            for row in rows
        ]
    }


@router.get("/children/{child}/cases")
async def cases_of(child: UUID, reader: Reader, after: After = None) -> dict[str, Any]:
    """Which teams work with a child now or did, as far as you may see them, with the steps that were done."""
    ids = await reader.ids_of(child)
    await reader.authorise("read:worklist", children=ids)
    for view in (cases.name, steps.name):
        await reader.caught_up(view, after)
    chosen: dict[str, Any] = {"child": list(ids)}
    shown = _shown(reader, None)
    if shown is not None:
        chosen["team"] = shown
    found = (
        await reader.page(
            cases, order={"offered_at": datetime, "stream": UUID}, where=chosen, limit=MOST_OF_A_CHILD
        )
    ).rows
    done = (
        await reader.page(
            steps, order={"done_at": datetime, "recorded": UUID}, where=chosen, limit=MOST_OF_A_CHILD
        )
    ).rows
    await reader.record(
        "read:worklist", children=ids, sight=reader.sight([row["stream"] for row in found], cases.name)
    )
    by_case: dict[UUID, list[dict[str, Any]]] = {}
    for row in done:
        by_case.setdefault(row["stream"], []).append(
            {
                "what": row["step"],
                "name": row["called"],
                "done_at": instant(row["done_at"]),
                "on": row["on_day"].isoformat() if row["on_day"] else None,
            }
        )
    return {
        "items": [
            {**_case(row, text), "steps": by_case.get(row["stream"], [])}
            for row, text in zip(found, reader.texts(found), strict=True)
        ]
    }


def _shown(reader: Reading, team: str | None) -> list[str] | None:
    """The teams whose cases are shown; None: all."""
    if reader.who.role not in OF_A_TEAM:
        return None if team is None else [team]
    own = reader.who.teams
    return sorted(own if team is None else own & {team})


def _case(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "case": str(row["stream"]),
        "child": str(row["child"]),
        "team": row["team"],
        "called": row["called"],
        "agency": row["agency"],
        "open": row["waits"],
        "offered_at": instant(row["offered_at"]),
        "occasion": row["occasion"],
        "accept_by": instant(row["accept_by"]),
        "accepted_at": instant(row["accepted_at"]),
        "worker": str(row["worker"]) if row["worker"] else None,
        "see_by": instant(row["see_by"]),
        "seen_at": instant(row["seen_at"]),
        "review_by": instant(row["review_by"]),
        "reviewed_at": instant(row["reviewed_at"]),
        "waits_for": waits_for(
            row["accepted_at"] is not None,
            row["seen_at"] is not None,
            row["see_by"] is not None,
            row["review_decided"],
        )
        if row["waits"]
        else None,
        "text": text,
    }
