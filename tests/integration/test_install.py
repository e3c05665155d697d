"""What a council runs to install it: roles and schemas, tables, and key files, each twice."""

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.database import migrate, provision
from deploy.keys import make_keys
from deploy.local.errors import StackError
from deploy.local.postgres import EmbeddedPostgres
from services import names
from shared.audit.checkpoint import PublicKeys
from shared.crypto.secret_files import read_key
from shared.crypto.transport_keys import TransportKeys

DATABASE = "council"
WALLED = "council_lado"
OTHER_ROLE = "fd_app"
SECRET = "zebra-secret"


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[EmbeddedPostgres]:
    """A server on which a superuser has run the printed SQL twice, and given the roles passwords."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("install"), settings={"fsync": "off"}) as server:
        for database in (DATABASE, WALLED):
            server.create_database(database)
        for _ in range(2):
            server.execute(printed("all", "--database", DATABASE), DATABASE)
            server.execute(printed("lado", "--database", WALLED), WALLED)
        for service in names():
            for role in provision.logins_of(service):
                server.execute(f"ALTER ROLE {role} PASSWORD '{role}'")
        yield server


def printed(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.database.provision", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def migrated(server: EmbeddedPostgres, service: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAFEGUARDING_")}
    for name in names():
        owner = provision.owner_of(name)
        environment[f"SAFEGUARDING_{name.upper()}_OWNER_DSN"] = server.dsn(
            provision.database_of(name, DATABASE), owner, owner
        )
    return subprocess.run(
        [sys.executable, "-m", "deploy.database.migrate", service],
        env={**environment, **more},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def installed(server) -> EmbeddedPostgres:
    first = migrated(server, "all")
    assert first.returncode == 0, first.stderr
    assert [line.partition(":")[0] for line in first.stdout.splitlines()] == list(names())
    assert "made access, " in first.stdout
    assert "events_child_idx" in first.stdout
    again = migrated(server, "all")
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("every table and index was there") == len(names())
    return server


@asynccontextmanager
async def connected(server, role):
    database = WALLED if role.startswith("lado") else DATABASE
    connection = await asyncpg.connect(server.dsn(database, role, role))
    try:
        yield connection
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE {0}.events SET topic = 'x'",
        "DELETE FROM {0}.events",
        "TRUNCATE {0}.events",
        "UPDATE {0}.commands SET first = 1",
        "DELETE FROM {0}.access",
        "DELETE FROM {0}.checkpoints",
        "DELETE FROM {0}.skipped",
        "DROP TABLE {0}.events",
        "ALTER TABLE {0}.events DISABLE TRIGGER append_only",
        "CREATE TABLE {0}.mine (a int)",
        "CREATE INDEX ON {0}.events (topic)",
        "CREATE TABLE public.mine (a int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "SET ROLE {0}_owner",
        "CREATE TEMPORARY TABLE mine (a int)",
        "CREATE TABLE {0}_views.mine (a int)",
        "UPDATE {0}.views SET position = 1",
        "SET ROLE {0}_views",
    ],
)
@pytest.mark.parametrize("service", names())
async def test_a_service_changes_nothing_in_its_log_and_makes_nothing_there(installed, service, sql):
    async with connected(installed, service) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(sql.format(service))


@pytest.mark.parametrize("service", names())
async def test_a_service_reads_and_adds_to_its_log(installed, service):
    async with connected(installed, service) as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM {service}.events") == 0
        assert await connection.fetchval(f"SELECT has_table_privilege('{service}.events', 'INSERT')")
        await connection.execute(f"SELECT {service}.make_access_partitions(date '2026-04-01')")
        assert await connection.fetchval(f"SELECT count(*) FROM {service}.views") == 0


@pytest.mark.parametrize("service", names())
async def test_another_role_owns_the_read_tables_and_adds_nothing_to_the_log(installed, service):
    async with connected(installed, provision.views_owner_of(service)) as connection:
        await connection.execute(f"CREATE TABLE {service}_views.mine (a int)")
        await connection.execute(f"DROP TABLE {service}_views.mine")
        assert await connection.fetchval(f"SELECT count(*) FROM {service}.events") == 0
        for sql in (
            f"INSERT INTO {service}.events SELECT * FROM {service}.events",
            f"SELECT count(*) FROM {service}.commands",
            f"SELECT count(*) FROM {service}.access",
            f"SET ROLE {service}",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(sql)


async def test_the_reader_s_role_reads_what_it_is_let_into_and_nothing_else(installed):
    async with connected(installed, "chronology_views") as owner:
        await owner.execute("CREATE TABLE chronology_views.mine (a int)")
        try:
            async with connected(installed, "chronology_reader") as reader:
                assert await reader.fetchval("SHOW default_transaction_read_only") == "on"
                for sql in (
                    "SELECT count(*) FROM chronology_views.mine",
                    "SELECT count(*) FROM chronology.events",
                    "SELECT count(*) FROM chronology.views",
                    "SET ROLE chronology_views",
                ):
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        await reader.execute(sql)
        finally:
            await owner.execute("DROP TABLE chronology_views.mine")
    assert [name for name in names() if len(provision.logins_of(name)) > 3] == ["chronology"]


async def test_read_tables_that_were_made_by_the_service_itself_are_taken_from_it(server):
    await asyncio.to_thread(server.create_database, "older")
    older = "CREATE SCHEMA mash_views AUTHORIZATION mash; CREATE TABLE mash_views.deadlines (a int)"
    await asyncio.to_thread(server.execute, older, "older")
    await asyncio.to_thread(server.execute, "ALTER TABLE mash_views.deadlines OWNER TO mash", "older")
    await asyncio.to_thread(server.execute, "CREATE SCHEMA mash AUTHORIZATION mash_owner", "older")
    dsn = server.dsn("older", "mash_owner", "mash_owner")
    refused_so = await asyncio.to_thread(refused, server, dsn)
    assert "the schema mash_views belongs to mash, which is to read it" in refused_so
    sql = await asyncio.to_thread(printed, "mash", "--database", "older")
    await asyncio.to_thread(server.execute, sql, "older")
    connection = await asyncpg.connect(server.dsn("older", "mash", "mash"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("DROP TABLE mash_views.deadlines")
    finally:
        await connection.close()


async def test_no_role_gets_at_another_service(installed):
    for own, role in ((service, name) for service in names() for name in provision.logins_of(service)):
        async with connected(installed, role) as connection:
            await connection.execute(
                "SET default_transaction_read_only = off"
            )  # whoever reads may ask for that
            for other in names():
                if other != own and "lado" not in (other, own):
                    for sql in (f"SELECT 1 FROM {other}.events", f"CREATE TABLE {other}_views.mine (a int)"):
                        with pytest.raises(asyncpg.InsufficientPrivilegeError):
                            await connection.execute(sql)


async def test_nobody_else_gets_into_the_database_of_a_team_behind_a_wall(installed):
    """Nor does its own role get into the one that the others share."""
    for service in names():
        for role in provision.logins_of(service):
            other = DATABASE if service == "lado" else WALLED
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(installed.dsn(other, role, role))


async def test_the_owner_cannot_change_what_happened(installed):
    async with connected(installed, "mash_owner") as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await connection.execute("DELETE FROM mash.events")


async def test_a_child_s_rows_are_found_by_the_index(installed):
    """As `shared/audit/bundle.py` asks for them; few rows would be read through either way, so there are many."""
    async with connected(installed, "people") as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(
            """INSERT INTO people.events SELECT gen_random_uuid(), 1, 't', '', n, NULL, gen_random_uuid(), 'person',
                      md5((n % 500)::text)::uuid, NULL, now(), '' FROM generate_series(1, 20000) n"""
        )
        plan = await connection.fetch(
            """EXPLAIN SELECT notification_id, state FROM people.events
                WHERE child = md5('7')::uuid AND notification_id > 0 AND notification_id <= 20000
                ORDER BY notification_id LIMIT 1000"""
        )
        await transaction.rollback()
    said = "\n".join(row[0] for row in plan)
    assert "events_child_idx" in said, said


async def test_a_service_s_role_may_have_another_name(server):
    await asyncio.to_thread(server.execute, "CREATE DATABASE elsewhere")
    sql = await asyncio.to_thread(printed, "mash", "--database", "elsewhere", "--role", OTHER_ROLE)
    await asyncio.to_thread(server.execute, sql, "elsewhere")
    owner = server.dsn("elsewhere", "mash_owner", "mash_owner")
    more = {"SAFEGUARDING_MASH_OWNER_DSN": owner, "SAFEGUARDING_MASH_ROLE": OTHER_ROLE}
    done = await asyncio.to_thread(lambda: migrated(server, "mash", **more))
    assert done.returncode == 0, done.stderr
    assert f"the rights of {OTHER_ROLE} are set" in done.stdout
    connection = await asyncpg.connect(server.dsn("elsewhere"))
    try:
        asked = "SELECT has_table_privilege($1, 'mash.events', 'INSERT')"
        assert await connection.fetchval(asked, OTHER_ROLE)
        assert not await connection.fetchval(asked, "mash")
    finally:
        await connection.close()


def test_the_printed_sql_refuses_another_database(server):
    with pytest.raises(StackError, match=f"connect to the database {DATABASE} first; this is postgres"):
        server.execute(printed("mash", "--database", DATABASE))


@pytest.mark.parametrize("name", ["Mash", "mash; DROP ROLE mash", "mash'", "", "1mash", "m" * 42])
def test_a_name_that_is_none_never_reaches_a_statement(name):
    with pytest.raises(provision.NotAName, match="lower-case"):
        provision.script(["mash"], database=name)
    with pytest.raises(provision.NotAName, match="lower-case"):
        provision.statements(name)


def refused(server, change, **more):
    done = migrated(server, "mash", SAFEGUARDING_MASH_OWNER_DSN=change, **more)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("mash: ")
    assert SECRET not in line
    return line


@pytest.mark.parametrize(
    ("dsn", "said"),
    [
        ("", "set SAFEGUARDING_MASH_OWNER_DSN"),
        ("{secret} is not a dsn", "the owner's DSN cannot be used"),
        (
            "postgresql://mash_owner:{secret}@db/council",
            "the server is not on this machine: add sslmode=verify-full",
        ),
        ("postgresql://mash_owner:{secret}@db/council?sslmode=require", "add sslmode=verify-full"),
        ("postgresql://mash_owner:{secret}@127.0.0.1:1/council", "does not answer"),
        ("postgresql://mash_owner:{secret}@127.0.0.1:{port}/council", "refuses this login"),
        ("postgresql://mash_owner:mash_owner@127.0.0.1:{port}/nowhere", "create the database first"),
        ("postgresql://mash:mash@127.0.0.1:{port}/council", "connect as mash_owner"),
        ("postgresql://{super}@127.0.0.1:{port}/postgres", "python -m deploy.database.provision mash"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(installed, dsn, said):
    login = urlsplit(installed.dsn()).netloc.rpartition("@")[0]
    for word, text in (("{port}", str(installed.port)), ("{super}", login), ("{secret}", SECRET)):
        dsn = dsn.replace(word, text)
    assert said in refused(installed, dsn)


def test_a_role_that_is_not_there_or_no_name_is_said(installed):
    owner = installed.dsn(DATABASE, "mash_owner", "mash_owner")
    assert "there is no role nobody_here" in refused(installed, owner, SAFEGUARDING_MASH_ROLE="nobody_here")
    assert "SAFEGUARDING_MASH_ROLE" in refused(installed, owner, SAFEGUARDING_MASH_ROLE="Robert'); --")


def test_the_common_dsn_serves_where_the_service_has_none_of_its_own():
    common = {"SAFEGUARDING_OWNER_DSN": "common"}
    assert migrate.Target.of("mash", common) == migrate.Target("mash", "common", "mash")
    own = {**common, "SAFEGUARDING_MASH_OWNER_DSN": "own", "SAFEGUARDING_MASH_ROLE": "app"}
    assert migrate.Target.of("mash", own) == migrate.Target("mash", "own", "app")


# Key files


def contents(directory: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_key_files_are_made_once_for_their_owner_alone(tmp_path, capsys):
    directory = tmp_path / "safeguarding"
    umask = os.umask(0o002)  # one that would let the group read
    try:
        assert make_keys.main([str(directory), "people", "mash"]) == 0
    finally:
        os.umask(umask)
    made = contents(directory)
    public = {path for path in made if path.suffix == ".pub"}
    assert {path.name for path in public} == {"people.pub", "mash.pub"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.keys() - public} == {0o600}
    for folder in (directory, directory / "secrets", directory / "stores"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    settings = dict(line.split("=") for line in capsys.readouterr().out.splitlines() if line[0] != "#")
    for name in (
        "NAMES_KEY",
        "PEOPLE_MASTER_KEY",
        "MASH_MASTER_KEY",
        "PEOPLE_SIGNING_KEY",
        "MASH_SIGNING_KEY",
    ):
        assert len(read_key(Path(settings[f"SAFEGUARDING_{name}"]))) == 32
    PublicKeys.read(Path(settings["SAFEGUARDING_CHECKPOINT_KEYS"]))
    transport = Path(settings["SAFEGUARDING_TRANSPORT_KEYS"])
    assert TransportKeys(transport).ensure("safeguarding.mash.v1") == "0001"
    # A key opens every name on its topic: none is made that these two have no business with.
    assert not (transport / "safeguarding.missing.v1").exists()

    assert make_keys.main([str(directory), "people", "mash", "assessment"]) == 0
    assert contents(directory).items() > made.items()


def test_a_secret_that_others_can_read_is_refused(tmp_path, capsys):
    assert make_keys.main([str(tmp_path), "mash"]) == 0
    (tmp_path / "secrets" / "mash.master.key").chmod(0o640)
    assert make_keys.main([str(tmp_path), "mash"]) == 1
    assert "chmod 600" in capsys.readouterr().err


def test_a_directory_that_cannot_be_made_is_said(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert make_keys.main([str(tmp_path / "file" / "keys"), "mash"]) == 1
    assert "cannot be made" in capsys.readouterr().err
