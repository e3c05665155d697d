"""Signed checkpoints: a Merkle root and the chain's head over a range of a log, for other services to keep.

A checkpoint says: these positions, after the last checkpoint, have this Merkle root over their content digests, and
the log's chain stands at this digest. Who keeps it can tell later that a log was cut, or written anew with a chain
that holds. Pure, but for reading keys.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol, Self

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from shared.crypto.hash_chain import GENESIS
from shared.crypto.secret_files import make_key, read_key

LONGEST: Final = 1000
"""Most positions of one checkpoint."""


_SERVICE: Final = re.compile(r"[a-z][a-z_]{0,62}", re.ASCII)


_PEM: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)


_DIGEST_BYTES: Final = 32


_SIGNATURE_BYTES: Final = 64


class NotACheckpoint(ValueError):
    """What was read is no checkpoint: a field is missing or malformed."""


class BadKeys(Exception):
    """A directory of public keys cannot be used. The message says what belongs there."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a service signed about positions `first`..`last` of its log.

    Attributes:
        service: whose log.
        first: the position after the last checkpoint's `last`; 1 in the first one.
        last: the last position covered; at most LONGEST are.
        head: the log's chain digest at `last`.
        root: Merkle root of the content digests of `first`..`last`.
        made_at: UTC, by the real clock, to the microsecond.
        previous: `digest` of the checkpoint before; GENESIS in the first one.
        signature: Ed25519 over `text`.
    """

    service: str
    first: int
    last: int
    head: bytes
    root: bytes
    made_at: datetime
    previous: bytes
    signature: bytes = b""

    def text(self) -> bytes:
        """What is signed: one field a line, so that anybody can check a signature with a common tool."""
        lines = (
            "safeguarding checkpoint v1",
            self.service,
            str(self.first),
            str(self.last),
            self.head.hex(),
            self.root.hex(),
            self.made_at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.previous.hex(),
        )
        return "".join(f"{line}\n" for line in lines).encode()

    @property
    def digest(self) -> bytes:
        """What the next checkpoint calls `previous`: SHA-256 of `text`."""
        return hashlib.sha256(self.text()).digest()

    def fields(self) -> dict[str, Any]:
        """As it is published, kept in files and exported: JSON, bytes as hex."""
        return {
            "service": self.service,
            "first": self.first,
            "last": self.last,
            "head": self.head.hex(),
            "root": self.root.hex(),
            "made_at": self.made_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "previous": self.previous.hex(),
            "signature": self.signature.hex(),
        }

    def json(self) -> bytes:
        """`fields` in one line."""
        return orjson.dumps(self.fields())

    @classmethod
    def parse(cls, body: bytes | Mapping[str, Any]) -> Self:
        """From what `json` or `fields` gave. Raises NotACheckpoint."""
        try:
            fields = orjson.loads(body) if isinstance(body, bytes) else body
            found = cls(
                service=str(fields["service"]),
                first=int(fields["first"]),
                last=int(fields["last"]),
                head=bytes.fromhex(fields["head"]),
                root=bytes.fromhex(fields["root"]),
                made_at=datetime.fromisoformat(fields["made_at"]).astimezone(UTC),
                previous=bytes.fromhex(fields["previous"]),
                signature=bytes.fromhex(fields["signature"]),
            )
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise NotACheckpoint(f"this is no checkpoint ({type(error).__name__})") from None
        digests = (found.head, found.root, found.previous)
        if (
            not _SERVICE.fullmatch(found.service)
            or not 1 <= found.first <= found.last < 2**63
            or any(len(each) != _DIGEST_BYTES for each in digests)
            or len(found.signature) != _SIGNATURE_BYTES
        ):
            raise NotACheckpoint("this is no checkpoint (a field is out of range)")
        return found

    @classmethod
    def row(cls, service: str, row: Mapping[str, Any]) -> Self:
        """From a row of `checkpoints` or `kept_checkpoints`."""
        names = ("first", "last", "head", "root", "made_at", "previous", "signature")
        return cls(service, **{name: row[name] for name in names})

    def follows(self, before: "Checkpoint | None") -> bool:
        """Whether it is the next one after `before`; None: whether it is the first."""
        if before is None:
            return self.first == 1 and self.previous == GENESIS
        return self.first == before.last + 1 and self.previous == before.digest


class Signed(Protocol):
    """What a service signed: a text that says whose it is."""

    @property
    def service(self) -> str:
        """Who says that they signed it."""
        ...

    @property
    def signature(self) -> bytes:
        """Ed25519 over `text`."""
        ...

    def text(self) -> bytes:
        """What is signed."""
        ...


class Signer:
    """Signs for one service, with the Ed25519 key in a file of 32 bytes that it alone can read."""

    def __init__(self, service: str, path: Path) -> None:
        """Reads the key. Raises UnsafeSecret where it is missing, or others may read it."""
        self.service = service
        self._key = Ed25519PrivateKey.from_private_bytes(read_key(path))

    def sign(self, checkpoint: Checkpoint) -> Checkpoint:
        """The same with its signature."""
        return replace(checkpoint, signature=self._key.sign(checkpoint.text()))

    def attest(self, text: bytes) -> bytes:
        """The signature of a text that is no checkpoint. Its first line says what it is, so it can pass for no other."""
        return self._key.sign(text)

    def public(self) -> bytes:
        """Its public key as PEM."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def make_signing_key(service: str, path: Path, published: Path) -> None:
    """Make a service's signing key in `path`, if there is none, and its public key as `<service>.pub` in `published`.

    Raises:
        UnsafeSecret: a file is there already and others may read it.
    """
    make_key(path)
    published.mkdir(mode=0o755, parents=True, exist_ok=True)
    public = published / f"{service}.pub"
    if not public.exists():
        public.write_bytes(Signer(service, path).public())


class PublicKeys:
    """The public keys of all services: a directory with `<service>.pub` each, PEM.

    A file may hold several keys, so that what an older key signed still holds after a change of keys.
    """

    def __init__(self, keys: Mapping[str, tuple[Ed25519PublicKey, ...]]) -> None:
        self._keys = dict(keys)

    @classmethod
    def read(cls, directory: Path) -> Self:
        """The keys of a directory. Raises BadKeys where it holds none, or a file is no key."""
        found = {}
        for path in sorted(directory.glob("*.pub")):
            found[path.stem] = _keys_in(path)
            if not found[path.stem]:
                raise BadKeys(f"{path} is no Ed25519 public key in PEM: get the service's key again")
        if not found:
            raise BadKeys(f"{directory} holds no public keys: put each service's `<service>.pub` there")
        return cls(found)

    @property
    def services(self) -> tuple[str, ...]:
        """Whose keys these are, by name."""
        return tuple(sorted(self._keys))

    def pem(self, service: str) -> str:
        """The public keys of a service as PEM, one after another; empty: it has none here."""
        return b"".join(
            key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            for key in self._keys.get(service, ())
        ).decode()

    def signed(self, checkpoint: Signed) -> bool:
        """Whether its service signed it."""
        for key in self._keys.get(checkpoint.service, ()):
            try:
                key.verify(checkpoint.signature, checkpoint.text())
            except InvalidSignature:
                continue
            return True
        return False


def _keys_in(path: Path) -> tuple[Ed25519PublicKey, ...]:
    """The keys of a file; none where one of them is no Ed25519 key."""
    try:
        keys = [load_pem_public_key(block) for block in _PEM.findall(path.read_bytes())]
    except (ValueError, OSError):
        return ()
    found = tuple(key for key in keys if isinstance(key, Ed25519PublicKey))
    return found if len(found) == len(keys) else ()
