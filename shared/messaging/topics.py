"""The names of the topics, and how many partitions each has."""

from typing import Final, Literal

TOPIC_VERSION: Final = "v1"


RESEND_TOPIC: Final = "safeguarding.resend.v1"
"""Where a reader asks a source to send a key again."""


def topic_of(service: str) -> str:
    """The one topic a service publishes on."""
    return f"safeguarding.{service}.{TOPIC_VERSION}"


BrokerKind = Literal["embedded", "kafka"]


PARTITIONS: Final = 4
"""Of every topic of the embedded broker; `deploy/kafka/topics.yaml` says the same."""


CHECKPOINT_TOPIC: Final = "safeguarding.checkpoints.v1"
"""Where every service publishes its checkpoints, and reads the others'."""
