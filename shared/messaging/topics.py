"""The topics: what a team declares of its own, those of the kernel, and the names of both.

No topic is a source of truth: the logs are, and what has gone from a topic is sent again from them. So retention may
be short. Order holds within a partition, that is within (service, child); a child's partition follows from their
number, so it is chosen once.
"""

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

TOPIC_VERSION: Final = "v1"


RESEND_TOPIC: Final = "safeguarding.resend.v1"
"""Where a reader asks a source to send a key again."""


CHECKPOINT_TOPIC: Final = "safeguarding.checkpoints.v1"
"""Where every service publishes its checkpoints, and reads the others'."""


BrokerKind = Literal["embedded", "kafka"]


PARTITIONS: Final = 4
"""Of every topic that carries events. A consumer counts on it."""


RETENTION_DAYS: Final = 14
"""How long a topic keeps a message where nobody said otherwise."""


_NAME: Final = re.compile(r"safeguarding\.[a-z0-9._-]+\.v[1-9][0-9]*", re.ASCII)


def topic_of(service: str) -> str:
    """The one topic a service publishes on."""
    return f"safeguarding.{service}.{TOPIC_VERSION}"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic, as its owner declares it.

    Raises ValueError for a name that is none, and for numbers below one.

    Attributes:
        name: the whole name, as `safeguarding.lado-intake.v1`; left out for a team's own, which is named after it.
        partitions: how many; never changed once there are messages.
        retention_days: how long a message is kept.
        compacted: whether the last message of each key is kept for ever, and the others as long as it says for them.
        writers: the other teams that write it. An intake has some; a team's own topic is written by that team alone,
            because a reader takes who wrote a message from its topic.
        readers: the only other teams that may read it: a wall. None: whoever reacts to what it carries. An intake is
            read by its owner alone.
    """

    name: str = ""
    partitions: int = PARTITIONS
    retention_days: int = RETENTION_DAYS
    compacted: bool = False
    writers: tuple[str, ...] = ()
    readers: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.name and not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no topic: it is named as safeguarding.lado-intake.v1 is")
        if self.partitions < 1 or self.retention_days < 1:
            raise ValueError(f"{self.name or 'a topic'}: partitions and days of retention are one or more")

    def lets_in(self, team: str) -> bool:
        """Whether its owner lets a team read it."""
        return self.readers is None or team in self.readers

    @property
    def walled(self) -> bool:
        """Whether its owner stands behind a wall: only those it names read it, and nothing that every team has is on it."""
        return self.readers is not None

    def own_of(self, service: str) -> "Topic":
        """This as the topic a team publishes on. ValueError where it cannot be."""
        name = topic_of(service)
        if self.name not in ("", name):
            raise ValueError(f"{service} publishes on {name}, not on {self.name}: leave the name out")
        if self.writers:
            raise ValueError(f"{name} is written by {service} alone: what others send {service} is an intake")
        if self.partitions != PARTITIONS:
            raise ValueError(f"{name}: a topic that carries events has {PARTITIONS} partitions")
        return replace(self, name=name)

    def intake_of(self, service: str) -> "Topic":
        """This as a topic on which others send something to a team. ValueError where it cannot be."""
        if not self.name:
            raise ValueError(f"an intake of {service} needs a name, as safeguarding.{service}-intake.v1")
        if not self.writers:
            raise ValueError(f"{self.name} needs `writers`: the teams that send {service} something on it")
        if self.readers:
            raise ValueError(f"{self.name} is read by {service} alone: it can have no other readers")
        return self


KERNEL_TOPICS: Final = (
    Topic(CHECKPOINT_TOPIC, partitions=1, retention_days=1, compacted=True),
    Topic(RESEND_TOPIC, partitions=1, retention_days=1),
)
"""Written and read by every service. Who wrote a message is not told by these: a request to send again does no harm and
is of no use after a day, and a checkpoint carries its signature. The last checkpoint of each service stays for ever, and so
does the last that each other keeps of it: a service that was put back to an older state finds there what it lacks."""
