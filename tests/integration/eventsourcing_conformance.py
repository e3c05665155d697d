"""The `eventsourcing` library's own recorder cases, run on our log's tables: `test_eventsourcing_library.py` starts it.

A program of its own, because importing the library changes `dataclasses` for everything that shares its process.
"""

import os
import sys
import unittest
from typing import Any
from uuid import uuid4

import psycopg
from eventsourcing.persistence import AggregateRecorder, ApplicationRecorder
from eventsourcing.postgres import (
    PostgresAggregateRecorder,
    PostgresApplicationRecorder,
    PostgresDatastore,
)
from eventsourcing.tests import persistence

PORT, SUPERUSER, TEMPLATE = os.environ["PORT"], os.environ["SUPERUSER"], os.environ["TEMPLATE"]


class OnOurLog(unittest.TestCase):
    """Each case gets an empty log of its own, and never creates a table."""

    recorder_class: Any = PostgresApplicationRecorder

    def setUp(self) -> None:
        self.database = f"t{uuid4().hex}"
        self.server(f"CREATE DATABASE {self.database} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        self.datastore = PostgresDatastore(
            self.database, "127.0.0.1", PORT, "mash", "app", schema="mash", pool_size=12
        )

    def tearDown(self) -> None:
        self.datastore.close()
        self.server(f"DROP DATABASE {self.database} WITH (FORCE)")

    def server(self, statement: str) -> None:
        with psycopg.connect(SUPERUSER, autocommit=True) as connection:
            connection.execute(statement)

    def create_recorder(self) -> Any:
        return self.recorder_class(self.datastore, events_table_name="events")


class TestAggregateRecorder(OnOurLog, persistence.AggregateRecorderTestCase):
    recorder_class = PostgresAggregateRecorder

    def create_recorder(self) -> AggregateRecorder:
        return super().create_recorder()


class TestApplicationRecorder(OnOurLog, persistence.ApplicationRecorderTestCase):
    def create_recorder(self) -> ApplicationRecorder:
        return super().create_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleaving(OnOurLog, persistence.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return super().create_recorder()


if __name__ == "__main__":
    program = unittest.main(argv=[sys.argv[0]], exit=False)
    print(f"{program.result.testsRun} cases ran")
    sys.exit(not program.result.wasSuccessful() or program.result.skipped != [])
