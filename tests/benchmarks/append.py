"""Durable commands beside the stock library's application and a raw insert, on one PostgreSQL, rounds interleaved."""

from contextlib import ExitStack
from dataclasses import dataclass

from tests.benchmarks.append_ours import EVENTS, MESSAGE, RECEIVE
from tests.benchmarks.databases import DATABASE, Database, database
from tests.benchmarks.figures import Figure, Findings, Table, Timed, of_rounds
from tests.benchmarks.workers import Worker

CALLERS = (1, 4, 16, 64)
WHAT = {"warm": "ours, warm", "cold": "ours, cold", "stock": "stock eventsourcing", "raw": "raw insert"}
ONE_CORE = (
    "one interpreter on one core decides, seals, chains and encodes every command in some 200 µs, of which no part stands "
    "out (half is deciding, the rest in tens); a raw insert costs its client 50"
)
COLD = "20 events are read, validated and folded again for each command, some 20 µs each, on one core"
Times = dict[tuple[str, int], list[Timed]]


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    rounds: int = 5
    seconds: float = 1.2
    warm: int = 512
    cold: int = 2048
    stock: int = 512


QUICK = Sizes(rounds=2, seconds=0.5, warm=128, cold=256, stock=128)


async def measure(*, quick: bool) -> Findings:
    """The whole benchmark."""
    sizes = QUICK if quick else Sizes()
    async with database("mash") as where:
        times = _rounds(where, sizes)
    figures = [
        _ratio(times, "commands of 16 callers, warm, beside stock", "warm", "stock", 16, 8, ONE_CORE),
        _ratio(times, "commands of 16 callers, cold, beside stock", "cold", "stock", 16, 4, COLD),
        _ratio(
            times,
            "commands of 64 callers, warm, traced at 5 %, beside a raw insert",
            "warm",
            "raw",
            64,
            0.8,
            ONE_CORE,
        ),
        Figure(
            "99th percentile of 16 callers, warm, beside a raw insert's",
            tuple(a.p99 / b.p99 for a, b in zip(times["warm", 16], times["raw", 16], strict=True)),
            aim=3,
            at_least=False,
            holds="a group is decided by one interpreter before the next one is, where raw inserts go side by side",
        ),
    ]
    rows = tuple(
        (
            WHAT[side],
            str(callers),
            of_rounds([one.rate for one in found]),
            of_rounds([one.p50 for one in found]),
            of_rounds([one.p99 for one in found]),
        )
        for (side, callers), found in sorted(
            times.items(), key=lambda item: (item[0][1], list(WHAT).index(item[0][0]))
        )
    )
    table = Table(
        "Commands, medians of the rounds", ("what", "callers", "a second", "p50 ms", "p99 ms"), rows
    )
    how = (
        f"A caller sends a command after the answer to the one before. Ours: word to a referrer on a contact of {EVENTS} "
        f"events and more, through address, decider, seal, digest, store and commit, {sizes.warm} contacts warm and "
        f"{sizes.cold} cold (state and address forgotten before each command). Stock: an application of the "
        f"eventsourcing library loads an aggregate of {EVENTS} events and appends one, cipher on, a thread and a "
        f"connection a caller. Raw: one row of the same size inserted and committed, a connection a caller. "
        f"{sizes.rounds} rounds of {sizes.seconds} s each, in turns."
    )
    return Findings("Appending", how, figures, [table])


def _rounds(where: Database, sizes: Sizes) -> Times:
    connection = {
        "dbname": DATABASE,
        "host": "127.0.0.1",
        "port": where.server.port,
        "user": "postgres",
        "password": where.password(),
    }
    times: Times = {}
    with ExitStack() as stack:
        ours = stack.enter_context(
            Worker(
                "append_ours", dsn=where.app, directory=str(where.directory), warm=sizes.warm, cold=sizes.cold
            )
        )
        stock = stack.enter_context(
            Worker(
                "append_stock",
                connection=connection,
                pool=max(CALLERS),
                contacts=sizes.stock,
                events=EVENTS,
                message=MESSAGE,
                worries=RECEIVE.worries,
            )
        )
        raw = stack.enter_context(Worker("append_raw", dsn=where.superuser))
        for number in range(sizes.rounds + 1):
            for callers in CALLERS:
                order = {"callers": callers, "seconds": sizes.seconds if number else 0.2}
                found = {
                    "warm": ours.ask(warm=True, **order),
                    "stock": stock.ask(**order),
                    "raw": raw.ask(**order),
                    "cold": ours.ask(warm=False, **order),
                }
                if number:  # the first round warms up
                    for side, timed in found.items():
                        times.setdefault((side, callers), []).append(Timed(**timed))
    return times


def _ratio(times: Times, name: str, ours: str, other: str, callers: int, aim: float, holds: str) -> Figure:
    pairs = zip(times[ours, callers], times[other, callers], strict=True)
    return Figure(name, tuple(a.rate / b.rate for a, b in pairs), aim=aim, holds=holds)
