"""The embedded stack: its servers keep their promises, and what dies in it is started again."""

import asyncio
import os
import signal
import socket
import stat
import sys
import tempfile
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.database.provision import logins_of
from deploy.kafka.access import access
from deploy.kafka.topics import create_topics
from deploy.local import programs
from deploy.local.broker import EmbeddedBroker
from deploy.local.children import run
from deploy.local.doctor import findings
from deploy.local.errors import StackError
from deploy.local.layout import Layout
from deploy.local.locks import DirectoryLock
from deploy.local.ports import Port
from deploy.local.postgres import EmbeddedPostgres, servers_on
from deploy.local.supervisor import Stack

SERVICE = """
import http.server, os
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())
print("listening", flush=True)
http.server.HTTPServer((os.environ["SAFEGUARDING_HOST"], int(os.environ["SAFEGUARDING_PORT"])), Answer).serve_forever()
"""


def one_file(_: str) -> list[str]:
    return [sys.executable, "-c", SERVICE]


def kill(server: EmbeddedPostgres | EmbeddedBroker) -> None:
    assert server.child is not None
    server.child.send(signal.SIGKILL)
    assert server.child.wait(30)


# PostgreSQL


async def test_postgres_keeps_what_was_committed_when_it_is_killed(tmp_path):
    with EmbeddedPostgres(tmp_path / "pg") as server:
        dsn = server.create_database("casework")
        connection = await asyncpg.connect(dsn)
        await connection.execute("CREATE TABLE kept (what text)")
        await connection.execute("INSERT INTO kept VALUES ('committed')")
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("INSERT INTO kept VALUES ('not committed')")
        kill(server)
        assert not server.alive
        server.start()
        assert server.dsn("casework") == dsn
        connection = await asyncpg.connect(dsn)
        assert [row["what"] for row in await connection.fetch("SELECT what FROM kept")] == ["committed"]
        await connection.close()
    with EmbeddedPostgres(tmp_path / "pg") as server:
        server.execute("DO $$ BEGIN ASSERT (SELECT count(*) FROM kept) = 1; END $$", "casework")
    assert servers_on(server.data) == []


async def test_postgres_comes_back_although_a_backend_of_the_killed_one_still_computes(tmp_path):
    # Without the check of its client, a computing backend notices nothing for as long as it computes.
    settings = {"client_connection_check_interval": "0"}
    with EmbeddedPostgres(tmp_path / "pg", settings=settings) as server:
        connection = await asyncpg.connect(server.dsn())
        backend = connection.get_server_pid()
        computing = asyncio.create_task(
            connection.execute("DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$", timeout=60)
        )
        look = await asyncpg.connect(server.dsn())
        active = "SELECT state = 'active' AND query LIKE 'DO %' FROM pg_stat_activity WHERE pid = $1"
        while not await look.fetchval(active, backend):
            await asyncio.sleep(0.01)
        kill(server)
        async with asyncio.timeout(20):  # the others notice; this one does not
            while (left := servers_on(server.data)) != [backend]:
                assert backend in left
                await asyncio.sleep(0.01)
        server.start()
        assert backend not in servers_on(server.data)
        with pytest.raises((asyncpg.PostgresError, ConnectionError)):
            await computing


async def test_postgres_is_durable_and_reached_from_this_machine_with_a_password_only(tmp_path):
    with EmbeddedPostgres(tmp_path / "pg") as server:
        connection = await asyncpg.connect(server.dsn())
        try:
            for setting, value in {
                "fsync": "on",
                "synchronous_commit": "on",
                "data_checksums": "on",
                "listen_addresses": "127.0.0.1",
                "unix_socket_directories": "",
                "server_encoding": "UTF8",
                "log_error_verbosity": "terse",
            }.items():
                assert await connection.fetchval(f"SHOW {setting}") == value
        finally:
            await connection.close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.dsn(password="guessed"))
        assert stat.S_IMODE((server.directory / "superuser.password").stat().st_mode) == 0o600


def test_postgres_logs_no_value_of_a_row(tmp_path):
    with EmbeddedPostgres(tmp_path / "pg") as server:
        server.execute("CREATE TABLE names (name text PRIMARY KEY); INSERT INTO names VALUES ('Ada Twist')")
        with pytest.raises(StackError, match="already exists"):
            server.execute("INSERT INTO names VALUES ('Ada Twist')")
        assert "duplicate key" in server.log.read_text()
        assert "Ada" not in server.log.read_text()


def test_a_death_while_the_data_was_made_is_made_good(tmp_path):
    half = tmp_path / "pg" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("17\n")
    with EmbeddedPostgres(tmp_path / "pg") as server:
        server.execute("SELECT 1")
        assert not half.exists()


def test_a_second_server_on_the_same_data_is_refused(tmp_path):
    with EmbeddedPostgres(tmp_path / "pg") as server:
        with pytest.raises(StackError, match=rf"in use by process {os.getpid()}: stop that one first"):
            EmbeddedPostgres(tmp_path / "pg").start()
        assert server.alive
        server.execute("SELECT 1")


def test_programs_are_copied_to_where_another_account_reads_them_and_mended_when_damaged():
    source, _ = programs.wheel()
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place, "copy")
        programs._place(source, copy)
        (copy / "bin" / "postgres").write_bytes(b"damaged")
        programs._place(source, copy)
        copy.chmod(0o777)  # as somebody else may have put it there
        (copy / "share" / "planted").touch()
        programs._place(source, copy)
        assert not (copy / "share" / "planted").exists()
        assert [path.name for path in Path(place).iterdir()] == ["copy"]
        done = run([str(copy / "bin" / "postgres"), "--version"])
        assert done.stdout.startswith("postgres (PostgreSQL) 17")


# Ports


def test_a_port_is_ours_alone_and_none_that_an_outgoing_connection_can_get():
    low, high = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    ports = [Port() for _ in range(200)]
    try:
        assert len({port.number for port in ports}) == 200
        assert not any(low <= port.number <= high for port in ports)
    finally:
        for port in ports:
            port.release()
    socket.create_server(("127.0.0.1", ports[0].number)).close()


# The stack


async def test_stack_brings_back_what_dies_on_the_same_ports_and_data(tmp_path):
    async with Stack(tmp_path / "stack", (), simulated_clock=True) as stack:
        first, dsn, bootstrap = stack.pids, stack.superuser_dsn(), stack.bootstrap
        connection = await asyncpg.connect(dsn)
        await connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        for name in ("postgres", "broker"):
            await stack.kill(name)
            await stack.ready()
        assert stack.pids.keys() == first.keys() == {"postgres", "broker"}
        assert not set(stack.pids.values()) & set(first.values())
        assert (stack.superuser_dsn(), stack.bootstrap) == (dsn, bootstrap)
        connection = await asyncpg.connect(dsn)
        assert await connection.fetchval("SELECT one FROM kept") == 1
        await connection.close()
        assert create_topics(stack.bootstrap) == []  # they are there again
        assert [(event.name, event.what) for event in stack.events] == [
            ("postgres", "started"),
            ("broker", "started"),
            ("postgres", "died"),
            ("postgres", "started"),
            ("broker", "died"),
            ("broker", "started"),
        ]


async def test_services_are_started_again_and_never_meet_a_new_broker_unprepared(tmp_path):
    async with (
        Stack(tmp_path / "stack", ("people", "mash"), simulated_clock=True, command=one_file) as stack,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        urls, first = stack.urls, stack.pids
        assert (await client.get(urls["people"])).text == str(first["people"])
        await stack.kill("people")
        await stack.ready()
        assert stack.urls == urls
        assert stack.pids["mash"] == first["mash"]
        assert (await client.get(urls["people"])).text == str(stack.pids["people"]) != str(first["people"])
        # What a service sent just before it was killed, and the database has not finished yet.
        straggler = await asyncpg.connect(stack.postgres_dsn("people"))
        await straggler.execute("UPDATE people.relay SET position = 7")
        await straggler.execute("BEGIN; UPDATE people.relay SET position = 8")
        before = len(stack.events)
        second = stack.pids
        await stack.kill("broker")
        await stack.ready()
        assert not set(second.values()) & {stack.pids[name] for name in ("people", "mash", "broker")}
        happened = [(event.name, event.what) for event in stack.events[before:]]
        assert happened[:2] == [("broker", "died"), ("broker", "started")]
        assert {name for name, what in happened[2:] if what == "started"} == {"people", "mash"}
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
            await straggler.execute("COMMIT")
        service = await asyncpg.connect(stack.postgres_dsn("people"))
        assert await service.fetchval("SELECT position FROM people.relay") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.fetch("SELECT * FROM mash.events")
        await service.close()


async def test_a_service_that_never_gets_ready_is_named_with_the_end_of_its_log(tmp_path):
    def broken(_: str) -> list[str]:
        return [sys.executable, "-c", "raise SystemExit('SAFEGUARDING_DSN is not set')"]

    with pytest.raises(StackError, match=r"people ended 3 times before it was ready(.|\n)*DSN is not set"):
        async with Stack(tmp_path / "stack", ("people",), simulated_clock=True, command=broken):
            pass


async def test_a_directory_in_use_or_of_somebody_else_is_refused(tmp_path):
    async with Stack(tmp_path / "stack", (), simulated_clock=True) as stack:
        with pytest.raises(StackError, match=rf"stack is in use by process {os.getpid()}"):
            async with Stack(tmp_path / "stack", (), simulated_clock=True):
                pass
        assert len(stack.pids) == 2
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").touch()
    with pytest.raises(StackError, match=r"holds other files and is no stack of ours\. Name a new directory"):
        async with Stack(tmp_path / "home", (), simulated_clock=True):
            pass


def test_secrets_are_made_once_for_us_alone(tmp_path):
    layout = Layout(tmp_path / "stack")
    layout.make_directory()
    lock = DirectoryLock(layout.directory)
    lock.acquire()

    def made() -> dict[Path, bytes]:
        layout.make_directory()
        layout.make_files(("people", "mash"))
        return {path: path.read_bytes() for path in layout.secrets.rglob("*") if path.is_file()}

    first = made()
    assert made() == first
    lock.release()
    assert {str(path.relative_to(layout.secrets)) for path in first} == {
        "names.key",
        *(f"{service}.{key}.key" for service in ("people", "mash") for key in ("master", "signing")),
        *(f"{role}.password" for service in ("people", "mash") for role in logins_of(service)),
        *(f"transport/{topic.name}/0001.key" for topic in access().topics),
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in first} == {0o600}
    assert len(set(first.values())) == len(first)
    assert stat.S_IMODE(layout.directory.stat().st_mode) == 0o700
    with pytest.raises(StackError, match="is no service"):
        layout.make_files(("people; DROP SCHEMA mash",))


def test_a_service_gets_its_own_settings_and_nothing_of_the_owner(tmp_path, monkeypatch):
    monkeypatch.setenv("SAFEGUARDING_OWNER_DSN", "postgresql://owner")
    monkeypatch.setenv("PGHOST", "elsewhere")
    layout = Layout(tmp_path / "stack")
    layout.make_directory()
    layout.make_files(("people",))
    settings = layout.environment(
        "people",
        dsn="postgresql://127.0.0.1:1/x",
        bootstrap="127.0.0.1:1",
        broker="embedded",
        port=2,
        simulated=True,
    )
    ours = {name.removeprefix("SAFEGUARDING_") for name in settings if name.startswith("SAFEGUARDING_")}
    assert ours == {
        *(
            "SERVICE",
            "DSN",
            "VIEWS_DSN",
            "KAFKA",
            "BROKER",
            "KEYS",
            "MASTER_KEY",
            "TRANSPORT_KEYS",
            "NAMES_KEY",
        ),
        *("IDENTITY", "SIMULATED_CLOCK", "HOST", "PORT", "LOG_LEVEL"),
        *("SIGNING_KEY", "CHECKPOINT_KEYS", "TRACES", "TRACES_TO"),
    }
    assert "PGHOST" not in settings
    assert Path(settings["SAFEGUARDING_IDENTITY"]).exists()


def test_doctor_finds_what_is_needed_here_and_says_what_to_do_where_it_is_not(tmp_path):
    here = findings(tmp_path)
    assert [one.what for one in here if one.needed and not one.fine] == []
    assert all(one.fine or one.remedy for one in here)
    nowhere = {one.what: one for one in findings(Path("/proc/nowhere"))}["writable: /proc"]
    assert not nowhere.fine
    assert nowhere.needed
    assert "may write" in nowhere.remedy
