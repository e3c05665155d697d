"""Transport keys: seal and authenticate messages on their way between services.

The relay opens the sealed part with its service's own keys and seals it again under the topic's key; whoever may read the
topic holds that key too, and neither the broker nor any database does. So the broker never holds a readable name, and
what does not hold the key can neither make a message nor change one. Keys are files, `<topic>/<key id>.key`, and the
last id in order of spelling seals. It is one key for a writer and its readers: that a reader does not write as the
source is up to the broker's rights.
"""

import enum
import re
import secrets
import time
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.crypto.secret_files import make_key, read_key

_VERSION: Final = 2
"""Version 1 covered the topic and the event's id alone, and was there only where something was sealed."""


_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,199}", re.ASCII)


_FIRST: Final = "0001"


_LOOK_AGAIN_AFTER: Final = 1.0  # seconds


_NONCE: Final = 12  # bytes


_TAG: Final = 16  # bytes


class Content(enum.IntEnum):
    """What is in a sealed part: a byte in its head, so that nobody can take words away and say that there were none."""

    NOTHING = 0
    """The event has no sealed part."""
    WORDS = 1
    ERASED = 2
    """It had one, and the key of its subject was destroyed."""


_CONTENTS: Final = {int(content): content for content in Content}


class NotAuthentic(Exception):
    """No holder of the topic's key made this message as it is: it was forged, or changed on the way."""


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

    def seal(self, topic: str, covered: bytes, content: Content, plain: bytes = b"") -> bytes:
        """A sealed part that authenticates the message it belongs to, under the topic's newest key.

        Its bytes: version (2), content, length of the key's id, that id, nonce (12 bytes), ciphertext with its tag (16).
        AES-GCM's associated data is all that stands before the nonce, and then `covered`.

        Args:
            topic: whose key is taken.
            covered: all else that the message says.
            content: what is sealed.
            plain: the words; nothing where there are none.

        Raises:
            NoTransportKey: the topic has no key here.
            UnsafeSecret: its file is not for its owner alone, or no key.
        """
        key_id = self._newest_of(topic)
        name = key_id.encode()
        head = bytes((_VERSION, content, len(name))) + name
        nonce = secrets.token_bytes(_NONCE)
        return head + nonce + self._key(topic, key_id).encrypt(nonce, plain, head + covered)

    def open(self, topic: str, covered: bytes, blob: bytes) -> tuple[Content, bytes]:
        """What was sealed for that topic with all that is covered.

        Raises:
            NoTransportKey: it names a key that this service does not hold.
            NotAuthentic: it is not what was sealed, or what it covers was changed.
            UnsafeSecret: the key's file is not for its owner alone, or no key.
        """
        wrong = NotAuthentic(f"a message on {topic} is not as a holder of its key made it")
        if len(blob) < 3 or blob[0] != _VERSION or blob[1] not in _CONTENTS:
            raise wrong
        at = 3 + blob[2]
        head = blob[:at]
        key_id = head[3:].decode("ascii", "replace")
        if len(blob) < at + _NONCE + _TAG or not _NAME.fullmatch(key_id):
            raise wrong
        nonce, sealed = blob[at : at + _NONCE], blob[at + _NONCE :]
        try:
            return _CONTENTS[blob[1]], self._key(topic, key_id).decrypt(nonce, sealed, head + covered)
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
