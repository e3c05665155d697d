"""From a command's answer to its entry in the chronology, beside a bare round trip through the same broker."""

import asyncio
from statistics import median
from urllib.parse import urlsplit

import orjson

from deploy.kafka.topics import create_topics
from shared.messaging.topics import PARTITIONS, Topic
from tests.benchmarks import stacks
from tests.benchmarks.figures import Figure, Findings, Table, Timed, of_rounds, short
from tests.benchmarks.workers import Worker

CONTACTS = 64
TOPIC = "safeguarding.bench.v1"


async def measure(*, quick: bool) -> Findings:
    """The whole benchmark."""
    rounds, seconds = (2, 2.0) if quick else (5, 4.0)
    ours: list[Timed] = []
    bare: list[Timed] = []
    async with stacks.running() as stack:
        contacts = await stacks.contacts(stack, CONTACTS)
        topic = Topic(name=TOPIC, partitions=PARTITIONS, retention_days=1)
        await asyncio.to_thread(create_topics, stack.bootstrap, declared=[topic])
        path = Worker(
            "visible_ours",
            port=urlsplit(stack.urls["mash"]).port,
            path=f"/commands/{stacks.COMMAND}",
            token=stacks.token(stack),
            bodies=[orjson.dumps(stacks.body(contact)).decode() for contact in contacts],
            dsn=stack.superuser_dsn(),
        )
        with path, Worker("visible_bare", bootstrap=stack.bootstrap, topic=TOPIC) as plain:
            await asyncio.to_thread(path.ask, seconds=0.5)  # warms up
            peaks = [(await asyncio.to_thread(path.ask, seconds=seconds / 2))["rate"] for _ in range(3)]
            order = {"rate": median(peaks) / 2, "seconds": seconds}
            for number in range(rounds + 1):
                a = await asyncio.to_thread(path.ask, **order)
                b = await asyncio.to_thread(plain.ask, **order)
                if number:
                    ours.append(Timed.of(a["seconds"], seconds))
                    bare.append(Timed.of(b["seconds"], seconds))
    figure = Figure(
        "99th percentile from answer to chronology, beside a bare produce and consume, at half of the peak",
        tuple(a.p99 / b.p99 for a, b in zip(ours, bare, strict=True)),
        aim=5,
        at_least=False,
        holds=(
            "at half of the peak, which is reached with large pages, the smaller pages of a steady rate already fill "
            "both cores: seven processes, about a dozen statements, two commits to the disk and two exchanges with the "
            "broker; and each of three stages begins a page every 25 ms at most"
        ),
    )
    table = Table(
        "From answer to chronology, medians of the rounds",
        ("what", "a second", "p50 ms", "p99 ms"),
        tuple(
            (
                name,
                of_rounds([one.rate for one in found]),
                of_rounds([one.p50 for one in found]),
                of_rounds([one.p99 for one in found]),
            )
            for name, found in (("answer to chronology", ours), ("produce and consume", bare))
        ),
    )
    how = (
        f"Word to referrers is sent to the front door over HTTP; it is visible when both views that a page of the "
        f"chronology is made of stand at its entry. The peak of the path (entries a second, all services, database and "
        f"broker on this one machine) was {short(median(peaks))}; both sides were measured at half of that, "
        f"{rounds} rounds of {seconds} s, in turns. The broker is the embedded one."
    )
    return Findings("From answer to chronology", how, [figure], [table])
