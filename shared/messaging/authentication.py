"""Authentication of messages: what the sealed part covers, sealing at the writer, opening at a reader. Pure but for keys.

The sealed part of each message is AES-GCM under its topic's transport key, and its associated data is everything else
that the message says, so one operation keeps the words secret and proves the whole. Where no words are sealed nothing is
sealed all the same, and a byte says why. Left out is the trace context: tools on the way may write it, nothing is decided on it.

It proves that a holder of the key made the message: the source, or one of its readers. Which of them is up to the broker's
rights (only the source writes its topic), and is found by comparing the digest with the source's signed log.
"""

from collections.abc import Mapping
from struct import Struct
from typing import Final

from shared.crypto.hash_chain import microseconds
from shared.crypto.transport_keys import Content, TransportKeys
from shared.messaging.message import Message, OpenedMessage, parsed

_LENGTH: Final = Struct(">I")


_PLACE: Final = Struct(">16s16s16sQQQq32s32s")


def covered(message: Message) -> bytes:
    """All that a message says but for its words and its trace, in one encoding that no other message has.

    Numbers are big-endian; a text or the open part is led by its length in four bytes:

        4 + n  topic, UTF-8; then source and type likewise
        16     id of the event; then key and stream likewise
        8      position; then previous position of the key and version in the stream likewise
        8      when it was recorded: microseconds since 1970-01-01 (UTC), signed
        32     chained digest of its row in the source's log; then of the row at the previous position (zeros: there is none)
        4 + n  the open part, as stored
    """
    topic, source, name = message.topic.encode(), message.source.encode(), message.name.encode()
    place = _PLACE.pack(
        message.event_id.bytes,
        message.key.bytes,
        message.stream_id.bytes,
        message.position,
        message.previous,
        message.version,
        microseconds(message.recorded_at),
        message.digest,
        message.previous_digest,
    )
    length = _LENGTH.pack
    return b"".join(
        (
            length(len(topic)),
            topic,
            length(len(source)),
            source,
            length(len(name)),
            name,
            place,
            length(len(message.state)),
            message.state,
        )
    )


def seal_message(message: Message, keys: TransportKeys, content: Content, words: bytes = b"") -> None:
    """Seal a message under the newest key of its topic, as its last step: nothing of it may be changed afterwards.

    Raises:
        NoTransportKey: its topic has no key here.
        UnsafeSecret: the key's file is not for its owner alone, or no key.
    """
    message.sealed = keys.seal(message.topic, covered(message), content, words)


def open_message(
    headers: Mapping[str, str], body: bytes, keys: TransportKeys, *, topic: str | None = None
) -> OpenedMessage:
    """A message as it was delivered, or kept: parsed, authenticated, and opened.

    Args:
        headers: as text.
        body: open and sealed part.
        keys: of the topics that are read.
        topic: the topic it was read from; None where that was checked before.

    Raises:
        NotAMessage: a header or the body is missing or malformed, or it was read from another topic than its source's.
        NotAuthentic: no holder of its topic's key made it as it is.
        NoTransportKey: it names a key that is not here.
        UnsafeSecret: the key's file is not for its owner alone, or no key.
    """
    message = parsed(OpenedMessage, headers, body, topic=topic)
    content, words = keys.open(message.topic, covered(message), message.sealed)
    if content is Content.WORDS:
        message.text = words
    return message
