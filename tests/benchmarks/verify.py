"""Verification of a log beside a raw fetch of the same rows."""

import asyncpg

from shared.audit.checkpoint import PublicKeys, Signer, make_signing_key
from shared.audit.checkpoint_tables import CheckpointTables
from tests.benchmarks.databases import database
from tests.benchmarks.figures import Figure, Findings, Table, of_rounds
from tests.benchmarks.verify_speed import SERVICE, fill
from tests.benchmarks.verify_speed import measure as rounds_of


async def measure(*, quick: bool) -> Findings:
    """The whole benchmark."""
    rows, rounds = (10_000, 2) if quick else (100_000, 5)
    async with database(SERVICE) as where:
        await fill(where.superuser, rows)
        make_signing_key(SERVICE, where.directory / "key", where.directory / "keys")
        async with asyncpg.create_pool(where.superuser, min_size=1, max_size=3) as pool:
            signer = Signer(SERVICE, where.directory / "key")
            while await CheckpointTables(pool, SERVICE).make(signer) is not None:
                pass
            found = await rounds_of(pool, PublicKeys.read(where.directory / "keys"), rounds)
    figure = Figure(
        "verifying a log, beside a raw fetch of its rows", tuple(one.ratio for one in found), aim=0.5
    )
    table = Table(
        "Verifying, medians of the rounds",
        ("what", "seconds", "rows a second"),
        tuple(
            (name, of_rounds(seconds), of_rounds([rows / one for one in seconds]))
            for name, seconds in (
                ("verify", [one.verified for one in found]),
                ("raw fetch", [one.raw for one in found]),
            )
        ),
    )
    how = (
        f"A log of {rows:,} events in streams of 20, with a checkpoint every 1,000: numbers, chain, columns, checkpoints "
        f"and their signatures, beside fetching every column of every row and doing nothing with it. {rounds} rounds, in turns."
    )
    return Findings("Verifying", how, [figure], [table])
