"""Bundles made of the ledgers, and the ways of meddling with one that who has no key has."""

import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from uuid import UUID, uuid4

from deploy.bundle.writing import Bundle
from shared.audit.attestation import BundleRequest
from shared.audit.bundle import bundle_lines, kept_lines
from tests.integration.ledgers import SERVICES, Ledgers, Noted, Told

KNOWN = {event.NAME: event for event in (Told, Noted)}
AUDITOR = UUID(int=77)

Files = dict[str, bytes]


async def bundle_of(ledgers: Ledgers, child: UUID, services: Iterable[str] = SERVICES) -> Bundle:
    """What `safeguarding export` puts together, of these services."""
    asked = BundleRequest(uuid4(), child, (child,), AUDITOR, "auditor", "public_task")
    bundle, signing = Bundle(), {name: ledgers.checkpoints(name) for name in services}
    for name, own in signing.items():
        lines = bundle_lines(own.tables, asked, own.services, own.attest)
        bundle.take(name, b"".join([line async for line in lines]))
    for name, own in signing.items():
        lines = kept_lines(own.tables, asked.export, bundle.positions(), own.attest)
        bundle.take_kept(name, b"".join([line async for line in lines]))
    bundle.finish(KNOWN)
    return bundle


def manifest(files: Files) -> dict:
    return json.loads(files["manifest.json"])


def write_manifest(files: Files, **changed: object) -> None:
    """The manifest again, with these of its members, and the digests of the files as they are now."""
    digests = {name: sha256(text).hexdigest() for name, text in files.items() if name != "manifest.json"}
    whole = {**manifest(files), "files": digests, **changed}
    files["manifest.json"] = (json.dumps(whole, indent=1, sort_keys=True) + "\n").encode()


def without(service: str) -> Callable[[Files], None]:
    """Leaves a service out, and what the manifest says of it."""

    def meddle(files: Files) -> None:
        for name in [name for name in files if service in name]:
            del files[name]
        whole = manifest(files)
        for part in ("statements", "kept"):
            whole[part].pop(service)
        write_manifest(files, statements=whole["statements"], kept=whole["kept"])

    return meddle


def only_lines(name: str, keep: Callable[[int, dict, int], bool]) -> Callable[[Files], None]:
    """Leaves lines of a file out: `keep` is asked with the line's number from 0, what it says, and how many there are."""

    def meddle(files: Files) -> None:
        lines = files[name].splitlines()
        kept = [line for n, line in enumerate(lines) if keep(n, json.loads(line), len(lines))]
        assert kept != lines
        files[name] = b"".join(line + b"\n" for line in kept)
        write_manifest(files)

    return meddle


def said(service: str, old: str, new: str, part: str = "statements") -> Callable[[Files], None]:
    """Changes what stands in the text that a service signed."""

    def meddle(files: Files) -> None:
        whole = manifest(files)
        text = whole[part][service]["text"]
        assert old in text
        whole[part][service]["text"] = text.replace(old, new)
        write_manifest(files, **{part: whole[part]})

    return meddle


def replaced(name: str, old: bytes, new: bytes) -> Callable[[Files], None]:
    """Changes bytes of a file."""

    def meddle(files: Files) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)
        write_manifest(files)

    return meddle


def gone(name: str) -> Callable[[Files], None]:
    """Leaves a file out."""

    def meddle(files: Files) -> None:
        del files[name]
        write_manifest(files)

    return meddle


def head(**changed: object) -> Callable[[Files], None]:
    """Changes the head of the manifest."""
    return lambda files: write_manifest(files, **changed)
