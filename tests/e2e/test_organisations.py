"""Schools are told apart by name, however it is typed, and their names stand nowhere but in sealed parts."""

import asyncio
import time
from pathlib import Path

import asyncpg

from deploy.local.layout import Layout
from deploy.play.stacks import dsn_of
from tests.e2e.conftest import CONTACT, Stack

PATIENCE = 30
WRITTEN = " wych   ELM Primary "
"""As a screener writes down which school rang."""


def read(stack: Stack, child: str, school: str) -> int:
    who = stack.token("designated_safeguarding_lead", "education", "L. Shaw", organisation=school)
    answer = stack.get("chronology", f"/children/{child}/chronology", who)
    return answer.status_code


async def test_a_school_reads_what_was_told_in_its_name_and_its_name_is_nowhere_in_the_clear(
    stack: Stack,
) -> None:
    child = stack.child("Ada Test")
    screener = stack.token("mash_screener", "childrens_social_care", "Lee Park")
    told = {**CONTACT["referrer"], "agency": "education", "organisation": WRITTEN}  # type: ignore[dict-item]
    body = {"about": [child], "with": {**CONTACT, "referrer": told}}
    answer = stack.send("mash.ReceiveContact", screener, body)
    assert answer.status_code == 200, answer.text
    until = time.monotonic() + PATIENCE
    while read(stack, child, "Wych Elm Primary") != 200:
        assert time.monotonic() < until
        await asyncio.sleep(0.2)
    assert read(stack, child, "wych elm  primary") == 200
    assert read(stack, child, "Wych Elm Secondary") == 404
    assert await in_the_clear(stack.directory, "wych") == {}


async def in_the_clear(directory: Path, word: str) -> dict[str, int]:
    """The tables of MASH and of the chronology in which a word stands, and how often."""
    found = {}
    for service in ("mash", "chronology"):
        connection = await asyncpg.connect(dsn_of(Layout(directory), service))
        tables = await connection.fetch(
            """SELECT table_schema AS schema, table_name AS name FROM information_schema.tables
                WHERE table_schema IN ($1::text, $1::text || '_views')
                  AND has_table_privilege(format('%I.%I', table_schema, table_name), 'SELECT')""",
            service,
        )
        assert len(tables) > 10
        for table in tables:
            count = await connection.fetchval(
                f"""SELECT count(*) FROM "{table["schema"]}"."{table["name"]}" AS each
                     WHERE each::text ILIKE '%' || $1::text || '%' OR each::text ILIKE '%' || encode($1::text::bytea, 'hex') || '%'
                        OR each::text ILIKE '%' || encode(initcap($1::text)::bytea, 'hex') || '%'
                        OR each::text ILIKE '%' || encode(upper($1::text)::bytea, 'hex') || '%'""",
                word,
            )
            if count:
                found[f"{table['schema']}.{table['name']}"] = count
        await connection.close()
    return found
