"""The `eventsourcing` library's stock PostgreSQL recorder and notification log read our log as it stands.

In a process of its own: importing the library changes `dataclasses` for everything that shares its process.
"""

import asyncio
import json
import subprocess
import sys
from uuid import UUID, uuid4

import orjson

from shared.domain.codec import encode
from shared.domain.event import Envelope, Event
from shared.eventstore.append import AppendRequest, CommandWrites, NewEvent, StreamWrite

READER = """
import json, sys
from uuid import UUID
from eventsourcing.application import LocalNotificationLog
from eventsourcing.persistence import JSONTranscoder
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

dbname, host, port, user, password, stream = sys.argv[1:]
with PostgresDatastore(dbname, host, port, user, password, schema="mash") as datastore:
    recorder = PostgresApplicationRecorder(datastore, events_table_name="events")  # and no create_table(): it is there

    def plain(event):
        state = JSONTranscoder().decode(event.state)
        return [str(event.originator_id), event.originator_version, event.topic, state]

    log = LocalNotificationLog(recorder, section_size=4)
    sections = [log["1,4"], log["5,8"]]
    print(json.dumps({
        "notifications": [[n.id, *plain(n)] for n in recorder.select_notifications(start=1, limit=100)],
        "of one name": [n.id for n in recorder.select_notifications(start=1, limit=100, topics=["test_es.Told"])],
        "stream": [plain(e) for e in recorder.select_events(UUID(stream))],
        "end of stream": [e.originator_version for e in recorder.select_events(UUID(stream), desc=True, limit=1)],
        "max": recorder.max_notification_id(),
        "sections": [[section.id, section.next_id, [n.id for n in section.items]] for section in sections],
    }))
"""


class Told(Event, name="test_es.Told", version=2):
    words: str

    @staticmethod
    def upcast_v1_v2(state: dict) -> None:
        state.setdefault("words", "")


class Heard(Event, name="test_es.Heard"):
    pass


def row(event: Event) -> NewEvent:
    event_id = uuid4()
    envelope = Envelope(
        id=str(event_id),
        known_at="2026-04-02T15:40:00+00:00",
        actor=str(UUID(int=2)),
        role="mash_manager",
        agency="childrens_social_care",
        purpose="safeguarding",
        basis="public_task",
        correlation=str(UUID(int=3)),
        command=str(UUID(int=3)),
    )
    return NewEvent(event_id, event.NAME, "test", encode(event, envelope), b"sealed", UUID(int=7), None)


async def test_its_recorder_and_notification_log_read_ours(log_database, open_store):
    store = await open_store()
    streams = [UUID(int=1), UUID(int=2)]
    for n in range(3):
        rows = [row(Told(child=UUID(int=7), words=str(n))), row(Heard())]
        writes = tuple(StreamWrite(stream, n, (one,)) for stream, one in zip(streams, rows, strict=True))
        await store.append(AppendRequest((CommandWrites(uuid4(), b"asked", writes),)))

    port = str(log_database.server.port)
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", READER, log_database.name, "127.0.0.1", port, "mash", "app", str(streams[0])],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)

    ours = [
        [
            r["notification_id"],
            str(r["originator_id"]),
            r["originator_version"],
            r["topic"],
            orjson.loads(r["state"]),
        ]
        for r in await store.between(1, 100)
    ]
    assert len(ours) == 6
    assert read["notifications"] == ours
    assert read["of one name"] == [1, 3, 5]
    assert read["stream"] == [one[1:] for one in ours if one[1] == str(streams[0])]
    assert read["stream"][0][3]["class_version"] == 2  # its convention for versions
    assert read["end of stream"] == [3]
    assert read["max"] == 6
    assert read["sections"] == [["1,4", "5,8", [1, 2, 3, 4]], ["5,6", None, [5, 6]]]
