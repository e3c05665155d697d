"""Writes a bundle: the files of one child's events with everything that is needed to check them, a folder and a zip."""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

import services
from deploy.cli.whole_file import write_whole
from deploy.generate.event_schemas import EVENTS, event_schema
from deploy.play.errors import CannotGoOn
from shared.domain.code_lists import Coded
from shared.domain.event import Event

FORMAT: Final = "safeguarding.bundle.v2"


OPENED: Final = "opened.jsonl"
"""Where the keys of opened events are."""


_SAYS: Final = ("export", "child", "asked_by", "role", "basis")
"""What the manifest repeats at its head of what the services signed."""


class Bundle:
    """The files of a bundle, by their names from its root, as they come together."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.statements: dict[str, dict[str, str]] = {}
        self.kept: dict[str, dict[str, str]] = {}

    def take(self, service: str, answer: bytes) -> None:
        """What a service gave of the child. Raises CannotGoOn where it is cut short."""
        lines = _by_kind(answer)
        if len(lines.get("statement", ())) != 1:
            raise CannotGoOn(f"{service} gave a part of the export and broke off: ask again")
        for kind, folder in (("event", "events"), ("checkpoint", "checkpoints"), ("access", "access")):
            self.files[f"{folder}/{service}.jsonl"] = _joined(lines.get(kind, ()))
        self.statements[service] = self._attested(service, json.loads(lines["statement"][0]))

    def take_withheld(self, service: str, attested: Mapping[str, str]) -> None:
        """What a service behind a wall signed instead."""
        self.statements[service] = self._attested(service, attested)

    def take_kept(self, service: str, answer: bytes) -> None:
        """The copies of the others' checkpoints that a service gave. Raises CannotGoOn where they are cut short."""
        lines = _by_kind(answer)
        if len(lines.get("kept", ())) != 1:
            raise CannotGoOn(f"{service} gave a part of the checkpoints it keeps and broke off: ask again")
        self.files[f"kept/{service}.jsonl"] = _joined(lines.get("copy", ()))
        self.kept[service] = self._attested(service, json.loads(lines["kept"][0]))

    def _attested(self, service: str, attested: Mapping[str, str]) -> dict[str, str]:
        self.files[f"keys/{service}.pub"] = attested["public_keys"].encode()
        return {"text": attested["text"], "signature": attested["signature"]}

    def finish(self, known: Mapping[str, type[Event]]) -> str:
        """Add what explains and checks it, and the manifest; the SHA-256 of the manifest.

        `known`: the events of this program, by name. Raises CannotGoOn where an event is of a version whose schema this program does not have.
        """
        for name in ("README.md", "verify.py"):
            self.files[name] = resources.files("deploy.bundle").joinpath(name).read_bytes()
        self.files["codes.json"] = _pretty(code_lists())
        for name, schema in self._schemas(known):
            self.files[f"schemas/{name}"] = schema
        manifest = json.dumps(self._manifest(), indent=1, sort_keys=True) + "\n"
        self.files["manifest.json"] = manifest.encode()
        return hashlib.sha256(manifest.encode()).hexdigest()

    def _schemas(self, known: Mapping[str, type[Event]]) -> Iterable[tuple[str, bytes]]:
        for name, version in sorted(self._stored_as()):
            event = known.get(name)
            file = f"{name}.v{version}.json"
            if event is not None and version == event.VERSION:
                yield file, _pretty(event_schema(event))
            elif (EVENTS / file).is_file():
                yield file, (EVENTS / file).read_bytes()
            else:
                raise CannotGoOn(
                    f"this program does not know version {version} of {name}: export with the services' own release"
                )

    def _stored_as(self) -> set[tuple[str, int]]:
        """The names and versions of the events."""
        found = (json.loads(line) for _, text in self._of("events") for line in text.splitlines())
        return {(one["name"], int(json.loads(one["open"]).get("class_version", 1))) for one in found}

    def _manifest(self) -> dict[str, Any]:
        said = [_fields(one["text"]) for one in (*self.statements.values(), *self.kept.values())]
        whole = next((one for one in said if "ids" in one), None)
        if whole is None:
            raise CannotGoOn("every service withholds what it holds: there is nothing to export")
        return {
            "format": FORMAT,
            **{name: whole[name] for name in _SAYS},
            "ids": sorted({each for one in said if "ids" in one for each in one["ids"].split(",")}),
            "made_at": max(one["made_at"] for one in said),
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()},
            "statements": self.statements,
            "kept": self.kept,
        }

    def positions(self) -> dict[str, list[int]]:
        """Of each service the last position of each of its checkpoints here."""
        return {
            name: [int(json.loads(line)["text"].split("\n")[3]) for line in text.splitlines()]
            for name, text in self._of("checkpoints")
        }

    def counts(self) -> dict[str, int]:
        """How many events each service gave."""
        return {name: text.count(b"\n") for name, text in self._of("events")}

    def withheld(self) -> dict[str, str]:
        """The services that withheld what they hold, each with the rule."""
        said = {name: _fields(one["text"]) for name, one in self.statements.items()}
        return {name: one["rule"] for name, one in said.items() if "rule" in one}

    def write(self, to: Path) -> Path:
        """Write the folder, and a zip of the same name beside it, for their owner alone; the zip.

        Raises CannotGoOn where something is there already, OSError.
        """
        packed = to.with_name(f"{to.name}.zip")
        if packed.exists() or to.is_file() or (to.is_dir() and any(to.iterdir())):
            raise CannotGoOn(f"{to} or {packed} is there already: name a folder that is not there yet")
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        to.chmod(0o700)
        for name, content in self.files.items():
            path = to / name
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _write(path, content)
        _pack(packed, self.files)
        return packed

    def _of(self, folder: str) -> Iterable[tuple[str, bytes]]:
        """The files of a folder, by the service they are of."""
        for path, text in self.files.items():
            kind, _, name = path.partition("/")
            if kind == folder:
                yield name.removesuffix(".jsonl"), text


def child_of(folder: Path) -> str:
    """About whom a bundle is. Raises CannotGoOn where the folder is none."""
    return str(_manifest_of(folder)["child"])


def _manifest_of(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
        if found["format"] == FORMAT:
            return found
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise CannotGoOn(f"{folder} is no bundle: name the folder that `safeguarding export` made")


def add_opened(folder: Path, items: Iterable[Mapping[str, Any]]) -> str:
    """Add the keys of events to a bundle's folder, and to the zip beside it; the SHA-256 of its manifest now.

    Raises CannotGoOn where the folder is no bundle, OSError.
    """
    packed = folder.with_name(f"{folder.name}.zip")
    manifest = _manifest_of(folder)
    names = list(manifest["files"])
    old = (folder / OPENED).read_bytes() if OPENED in names else b""
    lines = dict.fromkeys((*old.splitlines(), *(json.dumps(dict(each)).encode() for each in items)))
    write_whole(folder / OPENED, _joined(lines))
    manifest["files"][OPENED] = hashlib.sha256(_joined(lines)).hexdigest()
    written = (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode()
    write_whole(folder / "manifest.json", written)
    packed.unlink(missing_ok=True)
    every = dict.fromkeys((*names, OPENED, "manifest.json"))
    _pack(packed, {name: (folder / name).read_bytes() for name in every})
    return hashlib.sha256(written).hexdigest()


def code_lists() -> dict[str, dict[str, str]]:
    """Every code list of all teams: each code with the words a person reads for it."""
    services.all_teams()
    own = (each for each in Coded.__subclasses__() if each.__module__.startswith(("services.", "shared.")))
    return {
        each.__name__: {code.value: code.label for code in each}
        for each in sorted(own, key=lambda o: o.__name__)
    }


def _by_kind(answer: bytes) -> dict[str, list[bytes]]:
    """The lines of a service's answer by their kind, each as the bundle has it."""
    found: dict[str, list[bytes]] = {}
    for line in answer.splitlines():
        kind, colon, rest = line.partition(b":")
        if not (colon and kind.startswith(b'{"') and rest.endswith(b"}")):
            raise CannotGoOn("this is no export of this version: use the services' own release")
        found.setdefault(kind[2:-1].decode(), []).append(rest[:-1])
    return found


def _fields(text: str) -> dict[str, str]:
    """The lines of a name and a value that a service signed."""
    return dict(line.partition(" ")[::2] for line in text.splitlines()[1:])


def _joined(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _pretty(what: Mapping[str, Any]) -> bytes:
    return (json.dumps(what, indent=2, ensure_ascii=False) + "\n").encode()


def _pack(packed: Path, files: Mapping[str, bytes]) -> None:
    descriptor = os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(name, content)


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
