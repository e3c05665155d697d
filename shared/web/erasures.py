"""What a service did when somebody was erased, and what it keeps all the same: for who answers for the erasure."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
from fastapi import APIRouter

from shared.domain.view import View
from shared.team.erasure import VIEW
from shared.web.dependencies import DigestViews, ErasedKeys, ToldTogether, instant
from shared.web.problems import not_found
from shared.web.reading import Reader, Reading

router = APIRouter(tags=["erasures"])

Found = Callable[..., Awaitable[Sequence[Any]]] | None
"""As a service declares `told_together`."""

MOST_STEPS: Final = 200
"""Steps that spoke of several people which are named; of more, how many there are."""

OPEN_PART: Final = (
    "ids, codes, dates and who acted stay: decisions and clocks rest on them, and without names they identify only who can look "
    "up a day of birth or knows when something was done"
)
OF_SEVERAL: Final = "one step spoke of several people: its words stand under the key of each, and those of the others are theirs"
OF_OTHERS: Final = "the words of other people's records may speak of this person: nothing but reading them tells, so they are not looked for"
IN_TRANSIT: Final = "messages on the broker hold words under the topic's key until its retention ends, 14 days; backups, until theirs does"


@router.get("/erasures/{person}")
async def erasure(
    person: UUID, reader: Reader, erased: ErasedKeys, views: DigestViews, told_together: ToldTogether
) -> dict[str, Any]:
    """What this team did to erase a person, under each id, and what remains of them here and why.

    `done`: the keys are destroyed, and no row of digests is left. Asked of who was not erased, 404.
    """
    await reader.authorise("read:access", children=(person,))
    ids = await reader.ids_of(person)
    rows = await reader.query(_erased, reader.service, ids)
    await reader.record("read:access", children=ids, sight=reader.sight([row["subject"] for row in rows]))
    if not rows:
        raise not_found("nobody was erased under this id here, or this team was not told yet")
    keys = erased(ids)
    digests = {view.name: await reader.query(_left, view, reader.service, ids) for view in views}
    counts = await reader.query(_counts, reader.service, ids)
    several = await _of_several(reader, ids, told_together)
    return {
        "service": reader.service,
        "basis": rows[0]["basis"],
        "erased_at": instant(rows[0]["erased_at"]),
        "done": len(keys) >= len(rows) and not any(digests.values()),
        "ids": [
            {
                "person": str(row["subject"]),
                "told_at": instant(row["erased_at"]),
                "keys_destroyed_at": instant(keys.get(row["subject"])),
            }
            for row in rows
        ],
        "did": {
            "words_destroyed": counts["words"],
            "facts_kept_without_words": counts["facts"],
            "digests_left": digests,
        },
        "remains": [
            {"what": "open_part", "count": counts["facts"], "why": OPEN_PART},
            {
                "what": "said_of_several",
                "count": len(several),
                "why": OF_SEVERAL,
                "steps": [
                    {"step": str(step), "people": [str(one) for one in people]}
                    for step, people in list(several.items())[:MOST_STEPS]
                ],
            },
            {"what": "records_of_others", "why": OF_OTHERS},
            {"what": "in_transit", "why": IN_TRANSIT},
        ],
    }


async def _erased(pool: asyncpg.Pool, service: str, ids: Sequence[UUID]) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await pool.fetch(
        f'SELECT subject, basis, erased_at FROM "{service}_views"."{VIEW}" WHERE subject = ANY($1) ORDER BY position',
        list(ids),
    )
    return rows


async def _left(pool: asyncpg.Pool, view: View[Any], service: str, ids: Sequence[UUID]) -> int:
    """Rows of digests that are still there."""
    count: int = await pool.fetchval(
        f'SELECT count(*) FROM {view.table(service)} WHERE "{view.of_subject}" = ANY($1)', list(ids)
    )
    return count


async def _counts(pool: asyncpg.Pool, service: str, ids: Sequence[UUID]) -> asyncpg.Record:
    return await pool.fetchrow(
        f"SELECT count(*) AS facts, count(sealed) AS words FROM {service}.events WHERE child = ANY($1)",
        list(ids),
    )


async def _of_several(reader: Reading, ids: Sequence[UUID], told_together: Found) -> dict[UUID, list[UUID]]:
    """The steps that spoke of these people and of others whose words are still there, each with those others."""
    if told_together is None:
        rows = await reader.query(_by_command, reader.service, ids)
    else:
        rows = await told_together(reader, ids)
    others = list({row["child"] for row in rows})
    gone = {row["subject"] for row in await reader.query(_erased, reader.service, others)}
    steps: dict[UUID, list[UUID]] = {}
    for row in sorted(rows, key=lambda row: (row["step"], row["child"])):
        if row["child"] not in gone:
            steps.setdefault(row["step"], []).append(row["child"])
    return steps


async def _by_command(pool: asyncpg.Pool, service: str, ids: Sequence[UUID]) -> Sequence[Any]:
    rows: list[asyncpg.Record] = await pool.fetch(
        f"""SELECT DISTINCT own.command_id AS step, other.child
              FROM {service}.events AS said
              JOIN {service}.commands AS own
                ON own.command_id = (convert_from(said.state, 'UTF8')::json #>> '{{envelope,command}}')::uuid
              JOIN {service}.events AS other ON other.notification_id BETWEEN own.first AND own.last
             WHERE said.child = ANY($1) AND said.sealed IS NOT NULL
               AND other.sealed IS NOT NULL AND other.child IS NOT NULL AND other.child <> ALL($1)""",
        list(ids),
    )
    return rows
