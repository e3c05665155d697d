"""A stack's directory: where everything lies, the secrets made once, and the settings each service gets from them."""

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from deploy.database.provision import logins_of, owner_of
from deploy.kafka.access import access
from deploy.keys.make_keys import KeyFiles
from deploy.local.errors import StackError
from deploy.local.locks import LOCK
from deploy.local.ports import LOOPBACK
from services import names
from shared.access.development_issuer import DevelopmentIssuer
from shared.crypto.secret_files import UnsafeSecret, make_secret

__all__ = ["Layout", "owner_of"]

_SERVICE = re.compile(r"[a-z][a-z_]{1,30}")


class Layout:
    """The files of one stack: `logs/`, `secrets/`, `keys/`, `issuer/`, `postgres/` and, where it runs here, `kafka/`;
    readable by us alone.
    """

    def __init__(self, directory: Path) -> None:
        """Nothing is made yet."""
        self.directory = directory.resolve()
        self.logs = self.directory / "logs"
        self.secrets = self.directory / "secrets"
        self.keys = self.directory / "keys"
        self.postgres = self.directory / "postgres"
        self.kafka = self.directory / "kafka"
        self.checkpoint_keys = self.directory / "checkpoint-keys"
        self._key_files = KeyFiles(self.secrets, self.checkpoint_keys)

    def log(self, name: str) -> Path:
        """Where a process of the stack writes what it says."""
        return self.logs / f"{name}.log"

    def make_directory(self) -> None:
        """Makes the directory itself. StackError when it cannot be made, is not ours, or holds something else."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self.directory.stat().st_uid != os.geteuid():
                raise PermissionError(1, "it belongs to another user")
            # So that nobody's home becomes a stack by a slip of the hand.
            if any(self.directory.iterdir()) and not (self.directory / LOCK).exists():
                raise PermissionError(1, "it holds other files and is no stack of ours")
            self.directory.chmod(0o700)
        except OSError as error:
            raise StackError(
                f"{self.directory} cannot be used: {error.strerror}. Name a new directory"
            ) from None

    def make_files(self, services: Sequence[str]) -> None:
        """Makes what is not there yet; what is there stays as it is.

        StackError for a service name that is none, and for a secret that others on the machine can read.
        """
        for service in services:
            if not _SERVICE.fullmatch(service):
                raise StackError(f"{service!r} is no service: they are {', '.join(names())}")
        for folder in (self.logs, self.secrets, self.keys):
            folder.mkdir(exist_ok=True, mode=0o700)
        try:
            self._key_files.make(services, [topic.name for topic in access().topics])
            for service in services:
                for role in logins_of(service):
                    self.password(role)
            _ = self.issuer
        except UnsafeSecret as error:
            raise StackError(str(error)) from None

    @cached_property
    def issuer(self) -> DevelopmentIssuer:
        """The issuer of bearer tokens that this stack's services trust."""
        return DevelopmentIssuer(self.directory / "issuer")

    def password(self, role: str) -> str:
        """The database password of a role, made once."""
        path = self.secrets / f"{role}.password"
        return make_secret(path, lambda: secrets.token_urlsafe(24).encode()).decode()

    def environment(
        self,
        service: str,
        *,
        dsn: str,
        views_dsn: str | None = None,
        reader_dsn: str | None = None,
        bootstrap: str,
        broker: str,
        port: int,
        simulated: bool,
        broker_login: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """The whole environment of a service's process: ours without any setting of the platform, and its own settings. Of
        ours the folders of a council's own policies stay, where whoever starts the stack names them.

        It holds no DSN of the log's owner: only migrations need that. Left out, the service's own role owns its read
        tables.
        """
        settings = {
            "SERVICE": service,
            "DSN": dsn,
            "VIEWS_DSN": views_dsn or dsn,
            **({} if reader_dsn is None else {"READER_DSN": reader_dsn}),
            "KAFKA": bootstrap,
            "BROKER": broker,
            **(broker_login or {}),
            "KEYS": str(self.keys / f"{service}.keys"),
            "MASTER_KEY": str(self._key_files.master_key(service)),
            "TRANSPORT_KEYS": str(self._key_files.transport_keys),
            "NAMES_KEY": str(self._key_files.names_key),
            "SIGNING_KEY": str(self._key_files.signing_key(service)),
            "CHECKPOINT_KEYS": str(self.checkpoint_keys),
            "IDENTITY": str(self.issuer.identity_path),
            "SIMULATED_CLOCK": "true" if simulated else "false",
            "HOST": LOOPBACK,
            "PORT": str(port),
            "LOG_LEVEL": os.environ.get("SAFEGUARDING_LOG_LEVEL", "INFO"),
            "TRACES": os.environ.get("SAFEGUARDING_TRACES", "0"),
            "TRACES_TO": os.environ.get(
                "SAFEGUARDING_TRACES_TO", f"{self.directory / 'traces'}/{service}.jsonl"
            ),
        }
        for folder in ("ACCESS", "POLICY"):
            if named := os.environ.get(f"SAFEGUARDING_{folder}"):
                settings[folder] = str(Path(named).resolve())
        return self.own_environment(settings)

    @staticmethod
    def own_environment(settings: Mapping[str, str]) -> dict[str, str]:
        """The environment of a process of the stack: ours without any setting of the platform, and its own settings."""
        ours = {
            name: value for name, value in os.environ.items() if not name.startswith(("SAFEGUARDING_", "PG"))
        }
        # Unbuffered: what a process said last must be in its log when it is killed.
        return {
            **ours,
            "PYTHONUNBUFFERED": "1",
            **{f"SAFEGUARDING_{name}": text for name, text in settings.items()},
        }
