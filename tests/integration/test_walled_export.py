"""A team behind a wall withholds, signs that it does, and the export of the others goes on."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from deploy.bundle.verify import check
from deploy.cli.exporting import export
from deploy.database import provision
from deploy.local.broker import EmbeddedBroker
from deploy.local.layout import Layout
from deploy.local.postgres import EmbeddedPostgres
from deploy.play.calling import Services
from deploy.play.errors import CannotGoOn
from services import all_teams
from services.__main__ import ACCESS
from shared.access.development_issuer import DevelopmentIssuer
from shared.messaging.topics import Topic
from shared.service.migrations import migrate
from shared.service.process import ServiceProcess
from shared.service.settings import Settings
from shared.web.app import application
from tests.walled_team import reading

NAMES = ("lado", "people")
DATABASE = "walled_export"


class ByName(httpx.AsyncBaseTransport):
    """Requests to `http://<service>` go to that service's application in this process."""

    def __init__(self, apps: dict[str, httpx.ASGITransport]) -> None:
        self._apps = apps

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._apps[request.url.host].handle_async_request(request)


@pytest.fixture
async def running(
    postgres: EmbeddedPostgres, broker: EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Services]:
    """Two real services on a real log and broker: People, and a team in whose place the LADO's will be."""
    layout = Layout(tmp_path / "stack")
    layout.make_directory()
    layout.make_files(NAMES)
    postgres.create_database(DATABASE)
    postgres.execute(provision.script(NAMES, database=DATABASE), DATABASE)
    people = next(team for team in all_teams() if team.name == "people")
    teams = {"lado": reading("lado", topic=Topic(readers=())), "people": people}
    apps = {}
    async with AsyncExitStack() as exits:
        exits.callback(postgres.drop_database, DATABASE)
        for name, team in teams.items():
            for role in provision.logins_of(name):
                postgres.execute(f"ALTER ROLE {role} PASSWORD '{role}'")
            owner, views = provision.owner_of(name), provision.views_owner_of(name)
            await migrate(postgres.dsn(DATABASE, owner, owner), name, name)
            environment = layout.environment(
                name,
                dsn=postgres.dsn(DATABASE, name, name),
                views_dsn=postgres.dsn(DATABASE, views, views),
                bootstrap=broker.bootstrap,
                broker="embedded",
                port=1,
                simulated=False,
            )
            for setting, value in environment.items():
                monkeypatch.setenv(setting, value)
            app = application(ServiceProcess(team, Settings.of(name), access=ACCESS))
            await exits.enter_async_context(app.router.lifespan_context(app))
            apps[name] = httpx.ASGITransport(app)
        issuer = DevelopmentIssuer(layout.directory / "issuer")
        urls = {name: f"http://{name}" for name in NAMES}
        yield await exits.enter_async_context(Services(urls, issuer, patience=5, transport=ByName(apps)))


async def test_a_walled_team_withholds_and_the_export_goes_on(running: Services, tmp_path: Path):
    made = await export(running, uuid4(), tmp_path / "bundle", basis="legal_obligation")
    assert made.withheld == {"lado": "L9"}
    assert made.counts == {"people": 0}
    keys = tmp_path / "stack" / "checkpoint-keys"
    for what in (made.folder, made.packed):
        checked, _ = check(what, keys)
        assert checked.troubles == []
        assert "lado: withheld under L9." in checked.found
    looks = (made.folder / "access" / "people.jsonl").read_text().splitlines()
    assert len(looks) == 1
    assert "read:audit:people" in looks[0]
    assert made.packed.stat().st_mode & 0o077 == made.folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in made.folder.rglob("*"))
    with pytest.raises(CannotGoOn, match="is there already"):
        await export(running, uuid4(), made.folder, basis="legal_obligation")
