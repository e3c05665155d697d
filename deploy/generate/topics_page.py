"""The page of the topics: every topic, and who may write and read it, as it follows from the teams' declarations."""

from typing import Final

from deploy.generate.markdown import MADE, table
from deploy.kafka.access import Access, access
from shared.messaging.topics import Topic

_ABOUT: Final = """\
Each team's `app.py` says what is special about the topic it publishes on, and on which topics others send it something.
Everything here follows from that and from what the teams' policies react to; `python -m deploy.kafka.apply` makes the
broker's rules of it, and what does not stand here is refused. No topic is a source of truth: the logs are.

*Behind a wall* is what its owner lets nobody read but those that are named. *Everyone* is every service: who wrote a
message is not told by these topics, so a checkpoint carries its signature, and a request to send again does no harm."""


def topics_page(given: Access | None = None) -> str:
    """Every topic there is, then what each service may do. `given`: other teams' than those there are."""
    known = given or access()
    rights = (
        [
            service,
            _list(sorted(known.services[service].writes)),
            _list(sorted(known.services[service].reads)),
        ]
        for service in known.services
    )
    return (
        "\n\n".join(
            [
                MADE,
                "# The topics",
                _ABOUT,
                table(
                    ["topic", "partitions", "kept", "written by", "read by", ""],
                    (_row(known, topic) for topic in known.topics),
                ),
                "## Each service\n\nBeside everyone's topics, and the consumer groups named like the service.",
                table(["service", "writes", "reads"], rights),
            ]
        )
        + "\n"
    )


def _row(known: Access, topic: Topic) -> list[str]:
    everyone = topic.name in known.everyone
    return [
        f"`{topic.name}`",
        str(topic.partitions),
        _kept(topic),
        "everyone" if everyone else ", ".join(sorted(known.writers(topic.name))),
        "everyone" if everyone else ", ".join(sorted(known.readers(topic.name))) or "nobody",
        "behind a wall" if topic.readers is not None or topic.writers else "",
    ]


def _kept(topic: Topic) -> str:
    days = "1 day" if topic.retention_days == 1 else f"{topic.retention_days} days"
    return f"{days}, and the last of each key for ever" if topic.compacted else days


def _list(topics: list[str]) -> str:
    return ", ".join(f"`{topic}`" for topic in topics) or "–"
