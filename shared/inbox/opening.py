"""Opening of messages: parsed and authenticated before anything is decided on them, when they arrive and each time they
were kept. What fails is put aside under its place in the topic, and moves no head.

What names a key that is not here is put aside too, since it proves nothing, and is opened by itself once the key is.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Final

from shared.crypto.secret_files import UnsafeSecret
from shared.crypto.transport_keys import NotAuthentic, NoTransportKey, TransportKeys
from shared.inbox.positions import Gap, Held, Parked, RawMessage
from shared.inbox.unproven import UnprovenMessages
from shared.messaging.authentication import open_message
from shared.messaging.message import NotAMessage, OpenedMessage

log = logging.getLogger(__name__)


KEY_TO_COME: Final = (NoTransportKey, UnsafeSecret)
"""The key that a message names is not here, or its file is open to others: until that is put right nobody can tell who made it."""


NOT_OPENED: Final = (NotAMessage, NotAuthentic, *KEY_TO_COME)
"""What opening a message may end with."""


class MessageOpener:
    """Opens the messages of one inbox with the keys of the topics it reads."""

    def __init__(self, transport: TransportKeys, unproven: UnprovenMessages) -> None:
        self._transport = transport
        self._unproven = unproven

    async def arrived(self, page: Sequence[RawMessage]) -> list[OpenedMessage]:
        """Those of a page that a holder of their topic's key made; the others are parked."""
        messages: list[OpenedMessage] = []
        refused: Counter[tuple[str, str]] = Counter()
        for raw in page:
            try:
                messages.append(open_message(raw.headers, raw.body, self._transport, topic=raw.topic))
            except NOT_OPENED as error:
                name = type(error).__name__
                refused[raw.topic, name] += await self._unproven.park(raw, name)
        _say(+refused)
        return messages

    def kept(self, held: Sequence[Held]) -> list[tuple[Held, OpenedMessage]]:
        """Those of held messages that still prove their origin. The others stay held; whoever goes through all of them
        puts them aside.
        """
        found = []
        for each in held:
            try:
                found.append((each, open_message(each.headers, each.body, self._transport)))
            except NOT_OPENED:
                continue
        return found

    async def put_aside(self, held: Sequence[Held]) -> list[Gap]:
        """Park those of held messages that no longer prove their origin; the gaps that they leave.

        Somebody changed the row, or the key that the message lies under was removed: its source can send it again.
        """
        refused: Counter[tuple[str, str]] = Counter()
        gaps: list[Gap] = []
        for each in held:
            try:
                open_message(each.headers, each.body, self._transport)
            except NOT_OPENED as error:
                name = type(error).__name__
                await self._unproven.park_held(each, name)
                refused[each.source, name] += 1
                gaps.append(Gap(each.source, each.key, each.previous))
        _say(refused)
        return gaps

    def parked(self, parked: Parked) -> OpenedMessage:
        """A parked message again. Raises what `NOT_OPENED` lists."""
        return open_message(parked.headers, parked.body, self._transport, topic=parked.topic)

    async def whose_key_came(self) -> list[tuple[Parked, OpenedMessage]]:
        """Parked messages that can be opened by now, because the key that they name is here. Some of many, by chance.

        One that proves to be a forgery stays parked, as what it is.
        """
        found = []
        for parked in await self._unproven.for_one_of([kind.__name__ for kind in KEY_TO_COME]):
            try:
                found.append((parked, self.parked(parked)))
            except KEY_TO_COME:
                continue
            except NOT_OPENED as error:
                await self._unproven.say(parked, type(error).__name__)
        return found


def _say(refused: Counter[tuple[str, str]]) -> None:
    """One line for all of a page, whoever sends how many."""
    for (source, error), count in refused.items():
        log.critical(
            "messages that prove no origin parked", extra={"source": source, "error": error, "count": count}
        )
