"""The key files of services, made once and never replaced.

    python -m deploy.keys.make_keys /etc/safeguarding

makes what is not there yet for every team, or for those named after the directory; each secret with mode 0600, and prints the settings that name them. Run it in one place for
all services: the names key and the transport keys must be the same wherever they are used.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from deploy.kafka.access import access
from services import names
from shared.audit.checkpoint import make_signing_key
from shared.crypto.secret_files import UnsafeSecret, make_key
from shared.crypto.transport_keys import TransportKeys
from shared.service.settings import PREFIX


class KeyFiles:
    """Where the keys of services lie: secrets in one directory, what is public in another."""

    def __init__(self, secrets: Path, checkpoint_keys: Path) -> None:
        """Nothing is made yet."""
        self.secrets = secrets
        self.names_key = secrets / "names.key"
        self.transport_keys = secrets / "transport"
        self.checkpoint_keys = checkpoint_keys

    def master_key(self, service: str) -> Path:
        """The key that wraps the keys of a service's store."""
        return self.secrets / f"{service}.master.key"

    def signing_key(self, service: str) -> Path:
        """The key that signs the checkpoints of a service's log."""
        return self.secrets / f"{service}.signing.key"

    def make(self, services: Iterable[str], topics: Iterable[str]) -> None:
        """Makes what is not there yet for these services and topics; what is there stays as it is.

        Raises:
            UnsafeSecret: a secret is there already, and others on the machine can read it.
        """
        self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_key(self.names_key)
        for service in services:
            make_key(self.master_key(service))
            make_signing_key(service, self.signing_key(service), self.checkpoint_keys)
        transport = TransportKeys(self.transport_keys)
        for topic in topics:
            transport.ensure(topic)


def settings(keys: KeyFiles, stores: Path, services: Iterable[str]) -> list[str]:
    """The lines of an environment file that name the key files, those for all services first."""
    common = {
        "NAMES_KEY": keys.names_key,
        "TRANSPORT_KEYS": keys.transport_keys,
        "CHECKPOINT_KEYS": keys.checkpoint_keys,
    }
    lines = [f"{PREFIX}{name}={path}" for name, path in common.items()]
    for service in services:
        own = {
            "KEYS": stores / f"{service}.keys",
            "MASTER_KEY": keys.master_key(service),
            "SIGNING_KEY": keys.signing_key(service),
        }
        lines += [f"{PREFIX}{service.upper()}_{name}={path}" for name, path in own.items()]
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Answers 0, and 1 where a file cannot be made or is not safe."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.keys.make_keys", description="Make the key files of services."
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("service", nargs="*", help=f"only these, of {', '.join(names())}")
    asked = parser.parse_args(arguments)
    if strange := sorted(set(asked.service) - set(names())):
        parser.error(f"no team: {', '.join(strange)}; they are {', '.join(names())}")
    services = asked.service or list(names())
    directory = asked.directory.resolve()
    stores = directory / "stores"
    keys = KeyFiles(directory / "secrets", directory / "checkpoint-keys")
    topics = sorted({topic for service in services for topic in access().topics_of(service)})
    before = _files(directory)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys.make(services, topics)
        stores.mkdir(mode=0o700, exist_ok=True)
    except UnsafeSecret as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or directory} cannot be made: {error.strerror}", file=sys.stderr)
        return 1
    made = sorted(_files(directory) - before)
    print(f"# {len(made)} files made in {directory}" if made else f"# All files were there in {directory}")
    print(*settings(keys, stores, services), sep="\n")
    return 0


def _files(directory: Path) -> set[Path]:
    return {path for path in directory.rglob("*") if path.is_file()}


if __name__ == "__main__":
    raise SystemExit(main())
