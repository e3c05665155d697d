"""What is so of a reader and a child, as the access policies ask it: found in the read tables in one round trip.

Whoever works with a child, broke the glass or is named is not known here yet: so that is not so, and opens nothing.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from services.chronology.lenses import read_under
from services.chronology.views import LASTS
from shared.domain.access_facts import NOTHING, Fact, Facts
from shared.domain.actors import Actor

INVOLVED: Final = f"""
    SELECT EXISTS (SELECT FROM chronology_views.seen
                    WHERE child = ANY($1::uuid[]) AND agency = $2 AND organisation IN ($3, $4) AND depth <> 'gone' AND {LASTS})"""
"""Whether any entry of the child is open to the reader's own organisation: whom no rule made a party is not involved."""


async def facts_about(connection: asyncpg.Connection, ids: Sequence[UUID], who: Actor) -> Facts:
    """What is so of a reader and a child's record, under all ids of the child."""
    involved = await connection.fetchval(INVOLVED, list(ids), who.agency, *read_under(who.organisation))
    return frozenset({Fact.ORGANISATION_INVOLVED}) if involved else NOTHING
