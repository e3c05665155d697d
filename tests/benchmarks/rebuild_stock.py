"""Measured beside: as many events of the same content decoded by the `eventsourcing` library with its cipher, from memory."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import uvloop
from eventsourcing.application import Application
from eventsourcing.cryptography import AESCipher
from eventsourcing.domain import Aggregate, event

from tests.benchmarks.workers import Round, serve

KEPT = 5000
"""Events that are decoded again and again."""
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


class ChildRecord(Aggregate):
    """A child's record, as the library's tutorial would write it."""

    @event("EntryReceived")
    def receive(
        self,
        entry: UUID,
        source: str,
        source_position: int,
        source_event: str,
        caused_by: UUID,
        thing: UUID,
        title: str,
        topic: str,
        known_at: datetime,
        recorded_at: datetime,
        recorded_late: bool,
        agency: str,
        role: str,
        significance: str,
        sensitivity: str,
        seen_by: list[dict[str, str]],
        parts: list[list[str]],
        recorder: str,
        child: UUID,
        happened_at: datetime,
    ) -> None:
        """An entry is taken in."""


@asynccontextmanager
async def opened(arguments: dict[str, Any]) -> AsyncIterator[Round]:
    """The events as the library stores them."""
    cipher = {"CIPHER_TOPIC": "eventsourcing.cryptography:AESCipher", "CIPHER_KEY": AESCipher.create_key(32)}
    mapper = Application[UUID](env=cipher).mapper
    record = ChildRecord()
    for number in range(KEPT):
        record.receive(
            entry=uuid4(),
            source="mash",
            source_position=number,
            source_event="mash.ReferrerInformed",
            caused_by=uuid4(),
            thing=uuid4(),
            title="Referrer told what happens next",
            topic="contact",
            known_at=NOW,
            recorded_at=NOW,
            recorded_late=False,
            agency="childrens_social_care",
            role="mash_manager",
            significance="routine",
            sensitivity="ordinary",
            seen_by=[
                {"agency": "childrens_social_care", "depth": "whole"},
                {"agency": "police", "depth": "title"},
            ],
            parts=[["Message", arguments["message"]]],
            recorder="Ana Lim",
            child=record.id,
            happened_at=NOW,
        )
    stored = [mapper.to_stored_event(each) for each in record.collect_events()][1:]

    async def one_round(order: dict[str, Any]) -> dict[str, Any]:
        began = time.perf_counter()
        done = 0
        while done < order["events"]:
            for each in stored:
                mapper.to_domain_event(each)
            done += len(stored)
        return {"seconds": (time.perf_counter() - began) * order["events"] / done, "rows": order["events"]}

    yield one_round


if __name__ == "__main__":
    uvloop.run(serve(opened))
