"""Fills the index by which people are found with a borough of made people, as their registrations would have filled it."""

import hashlib
import random
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from typing import Final
from uuid import UUID

import asyncpg

from services.people.matching.keys import born_key, name_keys, number_key
from services.people.matching.views import search_keys
from shared.projections.table import create, indexes

_GIVEN: Final = [
    f"{a}{b}"
    for a in ("Ka", "Mo", "Li", "Ra", "Te", "Su", "Bo", "Jo")
    for b in ("rim", "lan", "sa", "dek", "via")
]
_FAMILY: Final = [
    f"{a}{b}{c}" for a in ("Bar", "Cal", "Dun", "Fen", "Gos", "Hal") for b in ("der", "lo", "ma", "ti") for c in ("ton", "well", "ski", "by")
]  # fmt: skip
COMMON: Final = ("John", "Smith")
"""Of whom there are more than are looked at: one in a hundred each, of given and of family names."""
BORN: Final = date(2008, 1, 1)
DAYS: Final = 365 * 18
_PAGE: Final = 20_000


def digest(text: str) -> UUID:
    """As the service's, without its key: whose name it is does not matter here."""
    return UUID(bytes=hashlib.md5(text.encode(), usedforsecurity=False).digest())


async def fill(connection: asyncpg.Connection, people: int) -> None:
    """So many people, each with a name, a day of birth and an NHS number; some names are far more common than others."""
    table = search_keys.name
    await connection.execute(create(search_keys, "people", table))
    await connection.execute(f"ALTER TABLE people_views.{table} SET UNLOGGED")  # made in half the time
    chance = random.Random(7)
    given, family = [COMMON[0], *_GIVEN], [COMMON[1], *_FAMILY]
    weights = [list(accumulate(1 / (n + 4) for n in range(len(names)))) for names in (given, family)]
    for first in range(0, people, _PAGE):
        rows = []
        for n in range(first, min(first + _PAGE, people)):
            name = " ".join(
                chance.choices(names, cum_weights=weight)[0]
                for names, weight in zip((given, family), weights, strict=True)
            )
            born = born_key(BORN + timedelta(days=chance.randrange(DAYS))).text
            person = UUID(int=n)
            rows += [(person, key, "name") for key in _name(name)]
            rows += [(person, digest(born), "born"), (person, digest(number(n)), "number")]
        await connection.copy_records_to_table(table, schema_name="people_views", records=rows, timeout=300)
    for index in indexes(search_keys, "people", table, partial=False):
        await connection.execute(index, timeout=300)
    await connection.execute(f"VACUUM ANALYZE people_views.{table}", timeout=300)


def number(person: int) -> str:
    """The key of a made person's NHS number."""
    return number_key("nhs_number", f"999{person:07}").text


@cache
def _name(name: str) -> tuple[UUID, ...]:
    return tuple(digest(key.text) for key in name_keys(name))
