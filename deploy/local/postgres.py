"""A real PostgreSQL from a wheel, as a child process on loopback that dies with us and keeps what it committed."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.local.children import Account, rotate, run, spawn
from deploy.local.errors import StackError
from deploy.local.locks import DirectoryLock
from deploy.local.ports import LOOPBACK, Port
from deploy.local.programs import programs, server_account, wheel
from deploy.local.server import PATIENCE, Server
from shared.crypto.secret_files import make_secret

SUPERUSER = "postgres"

HERE = "/proc/self/cwd"
"""The data directory as the server is told it: its working directory, given by us before the change of account.
So it may lie below directories that the server's account cannot enter."""

SETTINGS = {
    # A promise: what was committed is there after the machine's power is cut.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Pages of views and the relay's cursor are committed without waiting for the disk, and made again when they are
    # lost. So little is lost to a kill, in place of a fifth of a second; the writer still sleeps when nothing is written.
    "wal_writer_delay": "10ms",
    # A small machine, four services and a person looking.
    "shared_buffers": "128MB",
    "max_connections": "200",
    "huge_pages": "off",
    "jit": "off",
    "max_wal_size": "512MB",
    "min_wal_size": "64MB",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    # Reachable from this machine only, with a password.
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    # Nothing of it outside its directory, also after kill -9.
    "dynamic_shared_memory_type": "mmap",
    # A query whose client is dead ends within a second: also when postmaster and clients were killed together.
    "client_connection_check_interval": "1s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and the values in error details may hold personal data.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}


class EmbeddedPostgres(Server):
    """One PostgreSQL server on a directory of its own.

    A directory used before goes on with its data, whatever ended the server. Before `launch` comes `open`, for a caller
    with an event loop.
    """

    called = "PostgreSQL"

    def __init__(self, directory: Path, *, settings: Mapping[str, str] | None = None) -> None:
        """Nothing happens yet. `settings` are added to SETTINGS, or replace some."""
        self.directory = directory.resolve()
        self.data = self.directory / "data"
        self.log = self.directory / "postgres.log"
        self._settings = {**SETTINGS, **(settings or {})}
        self._lock = DirectoryLock(self.directory)
        self._port: Port | None = None
        self._account: Account | None = None
        self._programs = Path()
        self._password = ""

    @property
    def port(self) -> int:
        """Its port on 127.0.0.1, the same from `open` to `stop`. StackError while it is not open."""
        if self._port is None:
            raise StackError("this PostgreSQL is not started: use it inside its `with`")
        return self._port.number

    def dsn(self, database: str = "postgres", role: str = SUPERUSER, password: str | None = None) -> str:
        """Where a client connects; without a role, as the superuser."""
        return f"postgresql://{role}:{password or self._password}@{LOOPBACK}:{self.port}/{database}"

    def open(self) -> None:
        """Takes the directory for us, makes the server's data on first use, and finds a port.

        StackError when another process uses the directory, or the server's programs do not run here.
        """
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock.acquire()
        try:
            self._account = server_account(self.data)
            self._programs = programs(self._account)
            self._own(self.directory)
            self._password = self._password_file()
            self._initialise()
            self._port = self._port or Port()
            rotate(self.log)
        except BaseException:
            self._lock.release()
            raise

    def launch(self) -> None:
        """Starts the server process and does not wait for it. What an earlier one left behind is cleared first."""
        self._clear()
        options = {**self._settings, "port": str(self.port)}
        self.child = spawn(
            "postgres",
            [
                str(self._programs / "postgres"),
                "-D",
                HERE,
                *(word for name, value in options.items() for word in ("-c", f"{name}={value}")),
            ],
            log=self.log,
            cwd=self.data,
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
            account=self._account,
        )

    def start(self, timeout: float = PATIENCE) -> None:
        """Opens the directory if it is not, and goes on as any server: on the same port and data as before."""
        if self._port is None:
            self.open()
        super().start(timeout)

    def stop(self) -> None:
        """Ends the server in order, in seconds, and gives up directory and port. A second time is nothing."""
        if self.child is not None:
            self.child.stop(grace=10, first=signal.SIGINT)  # a "fast" shutdown: clients are cut off
        self.close()

    def close(self) -> None:
        """Clears what a dead server left and gives up directory and port; the last step of `stop`."""
        if self._port is not None:
            self._clear()
            self._port.release()
        self._port = None
        self.child = None
        self._lock.release()

    def execute(self, sql: str, database: str = "postgres") -> None:
        """Runs statements as the superuser, blocking. StackError with the server's message when one fails."""
        done = subprocess.run(
            [
                str(wheel()[0] / "bin" / "psql"),
                "-X",
                "-q",
                "-v",
                "ON_ERROR_STOP=1",
                self.dsn(database, password=""),
            ],
            input=sql,
            env={"PATH": os.environ.get("PATH", ""), "PGPASSWORD": self._password},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise StackError(f"PostgreSQL refused: {done.stderr.strip()}")

    def create_database(self, name: str) -> str:
        """Makes an empty database and answers the superuser's DSN of it. StackError when there is one already."""
        self.execute(f'CREATE DATABASE "{name}"')
        return self.dsn(name)

    def drop_database(self, name: str) -> None:
        """Removes a database, also while clients are connected to it; one that is not there is nothing."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _answers(self) -> bool:
        """Whether it takes connections, by the server's own status file."""
        assert self.child is not None
        try:
            status = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(status) > 7 and status[0] == str(self.child.pid) and status[7].strip() == "ready"

    def _own(self, path: Path) -> None:
        if self._account is not None:
            os.chown(path, self._account.uid, self._account.gid)

    def _password_file(self) -> str:
        """The superuser's password, made once. The server's account must read it while the data is made."""
        path = self.directory / "superuser.password"
        password = make_secret(path, lambda: secrets.token_urlsafe(24).encode()).decode()
        self._own(path)
        return password

    def _initialise(self) -> None:
        """Makes the data directory, whole or not at all: a death on the way leaves only `data.new`, thrown away."""
        if self.data.exists():
            return
        new = self.directory / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._own(new)
        done = run(
            [
                str(self._programs / "initdb"),
                "-D",
                HERE,
                f"--username={SUPERUSER}",
                f"--pwfile={HERE}/../superuser.password",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
            ],
            cwd=new,
            account=self._account,
        )
        if done.returncode != 0:
            raise StackError(
                f"PostgreSQL could not make its data in {self.directory}:\n{done.stdout.strip()}"
            )
        new.rename(self.data)

    def _clear(self) -> None:
        """Makes sure that nothing of an earlier server lives on this data, then drops its pid file.

        A backend notices its postmaster's death only when it next waits: one that computes would keep the shared
        memory and stop a new server from starting. And the pid of the old one may be another process's by now.
        Only we can have a server here: the directory is locked.
        """
        until = time.monotonic() + 10
        while left := servers_on(self.data):
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            if time.monotonic() > until:
                raise StackError(
                    f"PostgreSQL processes {left} on {self.data} cannot be ended: end them first"
                )
            time.sleep(0.005)
        (self.data / "postmaster.pid").unlink(missing_ok=True)


def servers_on(data: Path) -> list[int]:
    """Process ids of every PostgreSQL process, postmaster or backend, that runs on this data directory."""
    try:
        home = data.stat()
    except FileNotFoundError:
        return []
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            cwd = (process / "cwd").stat()
            name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            continue  # ended meanwhile, or somebody else's: then it cannot be on our data
        if (cwd.st_dev, cwd.st_ino) == (home.st_dev, home.st_ino) and name == "postgres":
            found.append(int(process.name))
    return found
