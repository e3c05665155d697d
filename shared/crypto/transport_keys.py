"""Transport keys: seal personal text on its way between services, so that the broker never holds a readable name.

The relay opens the sealed part with its service's own keys and seals it again under the topic's key; whoever may read
the topic holds that key too. Keys are files, `<topic>/<key id>.key`, and the last id in order of spelling seals.
"""

import re
import secrets
import time
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.crypto.sealed_blob import Tampered
from shared.crypto.secret_files import make_key, read_key

_VERSION: Final = 1


_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,199}", re.ASCII)


_FIRST: Final = "0001"


_LOOK_AGAIN_AFTER: Final = 1.0  # seconds


class NoTransportKey(Exception):
    """This service does not hold the key of a topic. The message says where the file belongs."""


class TransportKeys:
    """The keys of the topics that a service may read or write."""

    def __init__(self, directory: Path) -> None:
        """Keys are read when first needed, and a new one is found within a second, without a restart."""
        self._directory = directory
        self._keys: dict[tuple[str, str], AESGCM] = {}
        self._newest: dict[str, tuple[float, str]] = {}

    def ensure(self, topic: str) -> str:
        """Makes the topic's first key if it has none; answers the id of the key that seals now."""
        folder = self._folder(topic)
        if not self._ids(topic):
            make_key(folder / f"{_FIRST}.key")
        return self._ids(topic)[-1]

    def rotate(self, topic: str) -> str:
        """Makes a new key, which seals from now on; older ones still open. Answers its id.

        Hand it to every reader of the topic before a writer has it.
        """
        folder, ids = self._folder(topic), self._ids(topic)
        new = f"{int(ids[-1]) + 1:04}" if ids and ids[-1].isdecimal() else _FIRST
        make_key(folder / f"{new}.key")
        self._newest.pop(topic, None)
        return new

    def seal(self, topic: str, event_id: UUID, plain: bytes) -> bytes:
        """`plain` sealed for that topic and event with the newest key.

        Raises:
            NoTransportKey: the topic has no key here.
            UnsafeSecret: its file is not for its owner alone, or no key.
        """
        key_id = self._newest_of(topic)
        nonce = secrets.token_bytes(12)
        name = key_id.encode()
        ciphertext = self._key(topic, key_id).encrypt(nonce, plain, topic.encode() + event_id.bytes)
        return bytes([_VERSION, len(name)]) + name + nonce + ciphertext

    def open(self, topic: str, event_id: UUID, blob: bytes) -> bytes:
        """What was sealed for that topic and event.

        Raises:
            NoTransportKey: it was sealed with a key that this service does not hold.
            Tampered: the bytes are not what was sealed for them.
            UnsafeSecret: the key's file is not for its owner alone, or no key.
        """
        wrong = Tampered(f"the sealed part of event {event_id} on {topic} is not what was sealed for it")
        if len(blob) < 2 or blob[0] != _VERSION:
            raise wrong
        at = 2 + blob[1]
        key_id = blob[2:at].decode("ascii", "replace")
        if len(blob) < at + 28 or not _NAME.fullmatch(key_id):
            raise wrong
        try:
            return self._key(topic, key_id).decrypt(
                blob[at : at + 12], blob[at + 12 :], topic.encode() + event_id.bytes
            )
        except InvalidTag:
            raise wrong from None

    def _folder(self, topic: str) -> Path:
        if not _NAME.fullmatch(topic):
            raise ValueError("a topic's name has lower-case letters, digits, dots and hyphens alone")
        return self._directory / topic

    def _ids(self, topic: str) -> list[str]:
        return sorted(file.stem for file in self._folder(topic).glob("[!.]*.key"))

    def _newest_of(self, topic: str) -> str:
        known = self._newest.get(topic)
        now = time.monotonic()
        if known is not None and now - known[0] < _LOOK_AGAIN_AFTER:
            return known[1]
        ids = self._ids(topic)
        if not ids:
            raise NoTransportKey(
                f"there is no key for {topic}: put one into {self._folder(topic)}, as <key id>.key"
            )
        self._newest[topic] = (now, ids[-1])
        return ids[-1]

    def _key(self, topic: str, key_id: str) -> AESGCM:
        key = self._keys.get((topic, key_id))
        if key is None:
            file = self._folder(topic) / f"{key_id}.key"
            if not file.is_file():
                raise NoTransportKey(
                    f"the key {key_id} of {topic} is not here: copy {file} from whoever writes the topic"
                )
            key = self._keys[topic, key_id] = AESGCM(read_key(file))
        return key
