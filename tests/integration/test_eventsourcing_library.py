"""The `eventsourcing` library's recorder passes its own conformance cases on our log's tables.

The tables are those of `shared/eventstore/schema.sql` and of the other rooms, with the defaults and rights of `eventsourcing_writes.sql` alone. That the library
reads a log that our own writer wrote is shown by `test_eventsourcing_reads.py`, without any of that.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from tests.integration.databases import copy_of

HERE = Path(__file__).parent


async def test_its_own_cases_pass_on_our_tables(postgres):
    template = await asyncio.to_thread(copy_of, postgres, "migrated")
    try:
        sql = (HERE / "eventsourcing_writes.sql").read_text()
        await asyncio.to_thread(postgres.execute, sql, template)
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, str(HERE / "eventsourcing_conformance.py")],
            env={
                **os.environ,
                "PORT": str(postgres.port),
                "SUPERUSER": postgres.dsn(),
                "TEMPLATE": template,
            },
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    finally:
        await asyncio.to_thread(postgres.drop_database, template)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "8 cases ran" in done.stdout
