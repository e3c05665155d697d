"""Which topics were read: their ids beside the offsets to which they are consumed."""

from collections.abc import Collection, Mapping
from uuid import UUID

import asyncpg
from aiokafka import TopicPartition


class TopicsRead:
    """The ids of the topics that a service has read, as its database keeps them."""

    def __init__(self, pool: asyncpg.Pool, service: str) -> None:
        self._pool = pool
        self._schema = service

    async def ids(self) -> dict[str, UUID]:
        """The id of each topic that was read."""
        return {
            row["topic"]: row["id"]
            for row in await self._pool.fetch(f"SELECT topic, id FROM {self._schema}.topics_read")
        }

    async def note(self, ids: Mapping[str, UUID]) -> None:
        """Note that these are read; of one that had another id the consumed offsets are forgotten, in one statement."""
        await self._pool.execute(
            f"""WITH given AS (SELECT * FROM unnest($1::text[], $2::uuid[]) AS given (topic, id)),
                forgotten AS (
                    DELETE FROM {self._schema}.consumed AS consumed
                     USING given JOIN {self._schema}.topics_read AS known USING (topic)
                     WHERE consumed.topic = given.topic AND known.id <> given.id)
                INSERT INTO {self._schema}.topics_read AS known (topic, id) SELECT topic, id FROM given
                ON CONFLICT (topic) DO UPDATE SET id = excluded.id WHERE known.id <> excluded.id""",
            list(ids),
            list(ids.values()),
        )

    async def consumed(self) -> dict[TopicPartition, int]:
        """The next offset to read of each partition."""
        rows = await self._pool.fetch(f'SELECT topic, "partition", "offset" FROM {self._schema}.consumed')
        return {TopicPartition(row["topic"], row["partition"]): row["offset"] for row in rows}

    async def forget(self, places: Collection[TopicPartition]) -> None:
        """Forget how far these are consumed: they do not hold so much."""
        await self._pool.execute(
            f"""DELETE FROM {self._schema}.consumed AS consumed
                 USING unnest($1::text[], $2::int[]) AS given (topic, place)
                 WHERE consumed.topic = given.topic AND consumed."partition" = given.place""",
            [place.topic for place in places],
            [place.partition for place in places],
        )
