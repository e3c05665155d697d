"""Check a bundle of one child's events: that each stands as it was signed, and that nothing its services gave is missing.

Needs Python 3.11 or later and its package `cryptography`, and nothing of the platform that made the bundle. README.md
beside it says what is checked and how everything is laid out, so that the same can be written in any language.

    python verify.py                        the bundle that this file lies in, with the public keys that lie in it
    python verify.py BUNDLE --keys KEYS     a folder or a zip, with the public keys you have from elsewhere
    python verify.py BUNDLE --words         also print the words of the events that were opened

Exit code 0: all of it holds; 1: something does not, and is said; 2: it was asked wrongly. Use a copy of this file that
you have from elsewhere where you can: who alters a bundle can alter the one inside it.
"""

import argparse
import hashlib
import json
import re
import sys
import zipfile
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

FORMAT: Final = "safeguarding.bundle.v2"
ALWAYS: Final = frozenset(("README.md", "verify.py", "codes.json", "manifest.json"))
HEAD: Final = frozenset(
    (
        "format",
        "export",
        "child",
        "ids",
        "asked_by",
        "role",
        "basis",
        "made_at",
        "files",
        "statements",
        "kept",
    )
)
KINDS: Final = ("events", "checkpoints", "access", "kept")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
PEM: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)
WRONG: Final = (ValueError, KeyError, TypeError, AttributeError, OverflowError, IndexError, InvalidTag)
"""What taking something apart raises that is not what it should be."""

Keys = Mapping[str, list[Ed25519PublicKey]]
"""The public keys of each service: several, where it changed its key."""


def sha(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def read_bundle(path: Path) -> dict[str, bytes]:
    """The files of a folder or a zip, by their names from its root. Raises OSError, zipfile.BadZipFile."""
    if not path.is_file():
        there = (each for each in path.rglob("*") if each.is_file() and "__pycache__" not in each.parts)
        return {each.relative_to(path).as_posix(): each.read_bytes() for each in there}
    with zipfile.ZipFile(path) as packed:
        if len(set(packed.namelist())) != len(packed.namelist()):
            raise zipfile.BadZipFile("two files in it have one name")
        return {name: packed.read(name) for name in packed.namelist()}


def read_keys(files: Mapping[str, bytes]) -> Keys:
    """The keys in the content of each `<service>.pub`. Raises ValueError where one is no Ed25519 key."""
    keys = {}
    for service, text in sorted(files.items()):
        every = [load_pem_public_key(block) for block in PEM.findall(text)]
        keys[service] = [key for key in every if isinstance(key, Ed25519PublicKey)]
        if not every or len(keys[service]) != len(every):
            raise ValueError(f"{service}.pub is no Ed25519 public key in PEM")
    return keys


def fingerprints(keys: Keys, service: str) -> list[str]:
    """SHA-256 of each of a service's keys, of its 32 bytes, in hex."""
    return [sha(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hex() for key in keys.get(service, ())]


def signed(keys: Keys, service: str, one: Mapping[str, str]) -> bool:
    """Whether that service signed that text."""
    signature = bytes.fromhex(one["signature"])
    for key in keys.get(service, ()):
        try:
            key.verify(signature, one["text"].encode())
        except InvalidSignature:
            continue
        return signature.hex() == one["signature"]
    return False


def read_said(text: str) -> dict[str, str]:
    """What a service signed about what it gave: a title, then a name and a value a line. Raises ValueError."""
    title, *lines, end = text.split("\n")
    said = {"title": title, **dict(line.partition(" ")[::2] for line in lines)}
    if end or len(said) != len(lines) + 1:
        raise ValueError("these are not lines of a name and a value, each name once")
    return said


class Checkpoint(NamedTuple):
    """What a service signed about positions `first` to `last` of its log. `digest` and `previous` are hex."""

    service: str
    first: int
    last: int
    root: bytes
    previous: str
    digest: str


def read_checkpoint(text: str) -> Checkpoint:
    """From its text: the first eight lines are the same in every version, and others may follow. Raises ValueError."""
    title, service, first, last, _head, root, _made_at, previous, *_ = text.split("\n")
    if not title.startswith("safeguarding checkpoint v"):
        raise ValueError("this is no checkpoint")
    return Checkpoint(service, int(first), int(last), bytes.fromhex(root), previous, sha(text.encode()).hex())


def content(event: Mapping[str, Any]) -> bytes:
    """The content digest of an event: SHA-256 over its stored bytes, as README.md lays them out."""
    gap = datetime.fromisoformat(event["recorded_at"]) - EPOCH
    name, open_part = event["name"].encode(), event["open"].encode()
    sealed = b"" if event["sealed"] is None else b64decode(event["sealed"], validate=True)
    parts = (
        event["position"].to_bytes(8, "big"),
        UUID(event["stream"]).bytes,
        event["version"].to_bytes(8, "big"),
        ((gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds).to_bytes(8, "big", signed=True),
        len(name).to_bytes(4, "big") + name,
        len(open_part).to_bytes(4, "big") + open_part,
        b"\x00" if event["sealed"] is None else b"\x01",
        len(sealed).to_bytes(4, "big") + sealed,
    )
    return sha(b"".join(parts))


def included(leaf: bytes, index: int, size: int, siblings: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf stands at `index` (from 0) of the `size` leaves of a Merkle tree (RFC 6962)."""
    if not 0 <= index < size:
        return False
    node, last, rest = sha(b"\x00" + leaf), size - 1, list(siblings)
    while last:
        if index ^ 1 <= last:
            if not rest:
                return False
            sibling = rest.pop(0)
            node = sha(b"\x01" + (sibling + node if index & 1 else node + sibling))
        index, last = index // 2, last // 2
    return not rest and node == root


def opened(event: Mapping[str, Any], key: bytes) -> Any:
    """The words of an event, by the key of this event alone. Raises what WRONG names."""
    blob = b64decode(event["sealed"], validate=True)
    if blob[0] != 2 or blob[17:49] != sha(b"safeguarding commitment 2" + key):
        raise ValueError("the key is not the one that was committed to")
    event_id = UUID(json.loads(event["open"])["envelope"]["id"])
    return json.loads(AESGCM(key).decrypt(blob[49:61], blob[61:], event_id.bytes))


class Check:
    """One bundle, checked with public keys: `troubles` is what does not hold, `found` what does, in words."""

    def __init__(self, files: Mapping[str, bytes], keys: Keys) -> None:
        self.files = files
        self.keys = keys
        self.troubles: list[str] = []
        self.wrong = self.troubles.append
        self.found: list[str] = []
        self.words: list[str] = []
        self.manifest: dict[str, Any] = {}
        self.statements: dict[str, dict[str, str]] = {}
        self.withheld: dict[str, dict[str, str]] = {}
        self.kept: dict[str, dict[str, str]] = {}
        self.checkpoints: dict[str, list[Checkpoint]] = {}
        self.events: dict[str, dict[int, dict[str, Any]]] = {}

    def run(self) -> None:
        """Everything, in order."""
        try:
            self.manifest = json.loads(self.files.get("manifest.json", b""))
            self._signed_texts()
            written = json.dumps(self.manifest, indent=1, sort_keys=True) + "\n"
            if {*self.manifest} != HEAD or self.manifest["format"] != FORMAT:
                raise ValueError("it is of another format")
            if written.encode() != self.files["manifest.json"]:
                raise ValueError("it is written otherwise")
            self._heads()
            self._services()
            self._files()
        except WRONG:
            self.wrong("manifest.json is not the manifest of a bundle of this version")
            return
        for service, said in sorted(self.statements.items()):
            self._given(service, "access", said)
            self._checkpoints(service, said)
            self._events(service, said)
        for holder, said in sorted(self.kept.items()):
            self._copies(holder, said)
        self._taken_by_the_chronology()
        self._opened()

    def _signed_texts(self) -> None:
        for part, into in (("statements", self.statements), ("kept", self.kept)):
            for service, one in self.manifest[part].items():
                said = read_said(one["text"])
                kind = "kept" if part == "kept" else "withheld" if "rule" in said else "statement"
                named = said["title"] == f"safeguarding {kind} v1" and said["service"] == service
                if not named or not signed(self.keys, service, one):
                    self.wrong(f"{service} did not sign what stands in manifest.json as its {part}")
                (self.withheld if kind == "withheld" else into)[service] = said

    def _heads(self) -> None:
        """What the manifest says at its head is what each service signed."""
        every = [*self.statements.items(), *self.withheld.items(), *self.kept.items()]
        for name in ("export", "child", "asked_by", "role", "basis"):
            for service, said in every:
                if said.get(name, self.manifest[name]) != self.manifest[name]:
                    self.wrong(f"{service} signed another `{name}` than manifest.json says")
        ids = {each for _, said in every if "ids" in said for each in said["ids"].split(",")}
        if self.manifest["ids"] != sorted(ids):
            self.wrong("`ids` in manifest.json are not those that the services signed")
        if self.manifest["made_at"] != max((said["made_at"] for _, said in every), default=""):
            self.wrong("`made_at` in manifest.json is not when the last service signed")

    def _services(self) -> None:
        """Every service that anybody knows of says something here."""
        known = set(self.keys)
        for said in (*self.statements.values(), *self.withheld.values()):
            known |= set(said.get("services", "").split(","))
        for service in sorted(known - self.statements.keys() - self.withheld.keys()):
            self.wrong(f"nothing of {service} is here, and it signed no withholding")
        for service in sorted(self.statements.keys() - self.kept.keys()):
            self.wrong(f"the copies that {service} keeps of the others' checkpoints are not here")
        for service, said in sorted(self.withheld.items()):
            self.found.append(f"{service}: withheld under {said['rule']}.")

    def _files(self) -> None:
        """Every file is the one that the manifest lists; none is missing, and there is none besides."""
        listed = self.manifest.get("files", {})
        needed = ALWAYS | {f"{kind}/{name}.jsonl" for name in self.statements for kind in KINDS}
        needed |= {f"keys/{name}.pub" for name in self.keys}
        self.troubles += [f"{name} is missing" for name in sorted(needed - self.files.keys())]
        for name in sorted((listed.keys() | {"manifest.json"}) ^ self.files.keys()):
            where = "not in manifest.json" if name in self.files else "in manifest.json alone"
            self.wrong(f"{name} is {where}")
        for name in sorted(listed.keys() & self.files.keys()):
            if listed[name] != sha(self.files[name]).hex():
                self.wrong(f"{name} is not the file that manifest.json lists")

    def _checkpoints(self, service: str, said: Mapping[str, str]) -> None:
        self._given(service, "checkpoints", said)
        taken = self.checkpoints.setdefault(service, [])

        def take(place: str, one: Mapping[str, str]) -> None:
            new, before = read_checkpoint(one["text"]), taken[-1] if taken else None
            if new.service != service or not signed(self.keys, service, one):
                self.wrong(f"{place}: {service} did not sign this checkpoint")
                return
            joins = before is None or new.first > before.last + 1 or new.previous == before.digest
            if not joins or (before is not None and new.first <= before.last):
                self.wrong(f"{place} does not follow from the checkpoint before")
            taken.append(new)

        self._each(f"checkpoints/{service}.jsonl", take)
        as_of = (taken[-1].digest, str(taken[-1].last)) if taken else ("none", "0")
        if (said.get("checkpoint"), said.get("signed_to")) != as_of:
            self.wrong(f"{service} signed as of another checkpoint than the last one here")

    def _events(self, service: str, said: Mapping[str, str]) -> None:
        self._given(service, "events", said)
        held = self.events.setdefault(service, {})
        streams: dict[str, tuple[int, int]] = {}  # of each how many events are here, and the last version

        def take(place: str, event: dict[str, Any]) -> None:
            position, stream, version = event["position"], event["stream"], event["version"]
            count, before = streams.get(stream, (0, 0))
            last = next(reversed(held), 0)
            held[position], streams[stream] = event, (count + 1, version)
            trouble = self._event(service, event)
            if not trouble and (position <= last or version <= before):
                trouble = "this event is out of order"
            if trouble:
                self.wrong(f"{place} (position {position}, stream {stream}): {trouble}")

        self._each(f"events/{service}.jsonl", take)
        here = {f"stream:{stream}": f"{count} {version}" for stream, (count, version) in streams.items()}
        there = {name: value for name, value in said.items() if name.startswith("stream:")}
        for stream in sorted({name for name, _ in here.items() ^ there.items()}):
            self.wrong(f"{service} signed other events of the {stream.replace(':', ' ')} than are here")
        last = next(reversed(held), 0)
        if said.get("last_position") != str(last):
            self.wrong(f"{service} signed another last event than is here")
        upto = f"the last at {last}; its log was signed up to {said.get('signed_to')}"
        self.found.append(f"{service}: {len(held)} events of {len(streams)} streams, {upto}.")

    def _event(self, service: str, event: Mapping[str, Any]) -> str:
        """What is wrong with an event by itself; empty: nothing."""
        position, open_part = event["position"], json.loads(event["open"])
        by = next((each for each in self.checkpoints[service] if each.first <= position <= each.last), None)
        proof = [bytes.fromhex(each) for each in event["proof"]]
        schema = f"schemas/{event['name']}.v{open_part.get('class_version', 1)}.json"
        if event["service"] != service or by is None:
            return "no checkpoint here covers it"
        if not included(content(event), position - by.first, by.last - by.first + 1, proof, by.root):
            return "this event is not what was signed"
        if open_part["child"] not in self.manifest["ids"]:
            return "this event is about somebody else"
        return "" if schema in self.files else f"{schema} is missing"

    def _copies(self, holder: str, said: Mapping[str, str]) -> None:
        """What another service keeps of a log is what is here of it: else it was written anew since."""
        self._given(holder, "kept", said)
        same = dict.fromkeys(self.statements, 0)

        def take(place: str, one: Mapping[str, str]) -> None:
            copy = read_checkpoint(one["text"])
            if not signed(self.keys, copy.service, one):
                self.wrong(f"{place}: {copy.service} did not sign this checkpoint")
            for own in self.checkpoints.get(copy.service, ()):
                if own.digest == copy.digest:
                    same[copy.service] += 1
                elif own.first <= copy.last and copy.first <= own.last:
                    self.wrong(f"{place}: {copy.service} signed this, which contradicts what is here")

        self._each(f"kept/{holder}.jsonl", take)
        of = [f"{count} of {service}" for service, count in sorted(same.items()) if count]
        self.found.append(f"{holder} keeps the same checkpoints: {', '.join(of) or 'none of these yet'}.")

    def _taken_by_the_chronology(self) -> None:
        """What the chronology took from a service, as far as that one signed, is among what the service gave."""
        for position, event in sorted(self.events.get("chronology", {}).items()):
            if event["name"] != "chronology.EntryReceived":
                continue
            body = json.loads(event["open"])
            source, at = body["entry"]["source"], body["source_position"]
            signed_to = int(self.statements[source]["signed_to"]) if source in self.statements else 0
            if at <= signed_to and at not in self.events[source]:
                self.wrong(f"the chronology's position {position} is of {source}'s {at}, which is not here")

    def _opened(self) -> None:
        def take(_place: str, one: Mapping[str, Any]) -> None:
            event = self.events[one["service"]][one["position"]]
            words = json.dumps(opened(event, bytes.fromhex(one["key"])), ensure_ascii=False)
            self.words.append(f"{one['service']}, position {one['position']}, {event['name']}: {words}")

        self._each("opened.jsonl", take)
        if self.words:
            self.found.append(
                f"The words of {len(self.words)} events are opened, and are those that were signed."
            )

    def _given(self, service: str, kind: str, said: Mapping[str, str]) -> None:
        """The lines of a kind are those whose number and digest the service signed."""
        lines = self._lines(f"{kind}/{service}.jsonl")
        count, _, digest = said.get(kind, "").partition(" ")
        if count != str(len(lines)):
            self.wrong(f"{service} signed that it gave {count} lines of {kind}; here are {len(lines)}")
        elif digest != sha(b"".join(line + b"\n" for line in lines)).hex():
            self.wrong(f"the lines of {kind} are not those that {service} signed")

    def _lines(self, name: str) -> list[bytes]:
        *lines, rest = self.files.get(name, b"").split(b"\n")
        return [*lines, rest] if rest else lines

    def _each(self, name: str, take: Callable[[str, dict[str, Any]], None]) -> None:
        """Take each line of a file, with where it stands; one that cannot be taken apart is a trouble."""
        for number, line in enumerate(self._lines(name), 1):
            try:
                take(f"{name}, line {number}", json.loads(line))
            except WRONG:
                self.wrong(f"{name}, line {number} is not what should stand there")


def check(path: Path, own_keys: Path | None = None) -> tuple[Check, Keys]:
    """A bundle checked, and the keys it was checked with: yours, else those in it.

    Raises OSError, zipfile.BadZipFile and ValueError where it cannot be.
    """
    files = read_bundle(path)
    inside = read_keys({Path(name).stem: text for name, text in files.items() if name.startswith("keys/")})
    mine = {each.stem: each.read_bytes() for each in own_keys.glob("*.pub")} if own_keys else {}
    keys = read_keys(mine) if own_keys else inside
    if not keys:
        raise ValueError("there are no public keys: name a folder with each service's <service>.pub")
    one = Check(files, keys)
    for service in inside:
        if not set(fingerprints(inside, service)) <= set(fingerprints(keys, service)):
            one.troubles.append(f"keys/{service}.pub in the bundle is not the key of {service} that you have")
    one.run()
    return one, keys


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(description="Check a bundle of one child's events.")
    parser.add_argument("bundle", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--keys", type=Path, help="a folder of <service>.pub that you have from elsewhere")
    parser.add_argument("--words", action="store_true", help="print the words of the events that were opened")
    asked = parser.parse_args(arguments)
    try:
        one, keys = check(asked.bundle, asked.keys)
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        print(f"{asked.bundle} cannot be checked: {error}")
        return 1
    print("\n".join((*one.found, *(one.words if asked.words else ()))))
    if asked.keys is None:
        print("Checked with the bundle's own keys: compare their fingerprints with the council by telephone.")
        for service in keys:
            print(f"  {service} {' '.join(fingerprints(keys, service))}")
    if one.troubles:
        print("\n".join(f"WRONG: {trouble}." for trouble in one.troubles))
        return 1
    print("Every event stands as it was signed, and nothing is missing of what its service signed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
