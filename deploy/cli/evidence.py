"""What verifying reads: every service's database, the public keys, and the key stores that can be got at from here."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

import services
from deploy.database.provision import views_owner_of
from deploy.keys.make_keys import KeyFiles
from deploy.local.layout import Layout
from deploy.local.postgres import EmbeddedPostgres
from deploy.play.errors import CannotGoOn, NoStack
from deploy.play.stacks import dsn_of, is_running
from shared.audit.checkpoint import BadKeys, PublicKeys
from shared.crypto.key_store import KeyStore
from shared.crypto.secret_files import UnsafeSecret
from shared.service.settings import PREFIX


@dataclass(frozen=True, slots=True)
class Evidence:
    """What can be looked at.

    Attributes:
        pools: connections to each service's database, as its own role, which may read its log.
        views: the same as the role that owns its read tables, which alone may make one beside another.
        keys: the public keys.
        stores: the key stores of those services whose files are named here; None where the file is gone.
    """

    pools: Mapping[str, asyncpg.Pool]
    views: Mapping[str, asyncpg.Pool]
    keys: PublicKeys
    stores: Mapping[str, KeyStore | None]


@dataclass(frozen=True, slots=True)
class _Places:
    dsns: Mapping[str, str]
    views_dsns: Mapping[str, str]
    checkpoint_keys: Path
    stores: Mapping[str, tuple[Path, Path]]
    """The key store and the master key of each service."""


@asynccontextmanager
async def evidence(stack: Path, *, environment: bool) -> AsyncIterator[Evidence]:
    """What a stack's directory holds (where it does not run, its database is started for as long as this takes), or what
    the services' own settings name.

    Raises:
        NoStack, CannotGoOn: what is needed is not there.
    """
    async with AsyncExitStack() as exits:
        places = _from_environment() if environment else exits.enter_context(_of_stack(stack))
        try:
            keys = PublicKeys.read(places.checkpoint_keys)
            stores = {name: _opened(*files) for name, files in places.stores.items()}
        except (BadKeys, UnsafeSecret) as error:
            raise CannotGoOn(str(error)) from None
        for store in stores.values():
            if store is not None:
                exits.callback(store.close)
        pools, views = [
            {
                name: await exits.enter_async_context(asyncpg.create_pool(dsn, min_size=0, max_size=3))
                for name, dsn in dsns.items()
            }
            for dsns in (places.dsns, places.views_dsns)
        ]
        yield Evidence(pools, views, keys, stores)


@contextmanager
def _of_stack(directory: Path) -> Iterator[_Places]:
    layout = Layout(directory)
    names = [name for name in services.names() if (layout.secrets / f"{name}.password").is_file()]
    if not names:
        raise NoStack(f"{directory} is no stack's directory: name the directory of one with --stack")

    files = KeyFiles(layout.secrets, layout.checkpoint_keys)
    stores = {name: (layout.keys / f"{name}.keys", files.master_key(name)) for name in names}

    def places(port: int | None) -> _Places:
        dsns = {name: dsn_of(layout, name, port=port) for name in names}
        views_dsns = {name: dsn_of(layout, name, role=views_owner_of(name), port=port) for name in names}
        return _Places(dsns, views_dsns, layout.checkpoint_keys, stores)

    if is_running(directory):
        yield places(None)
        return
    with EmbeddedPostgres(layout.postgres) as server:
        yield places(server.port)


def _from_environment() -> _Places:
    dsns, views_dsns = [
        {name: os.environ.get(f"{PREFIX}{name.upper()}_{what}", "") for name in services.names()}
        for what in ("DSN", "VIEWS_DSN")
    ]
    missing = [f"{PREFIX}{name.upper()}_DSN" for name, dsn in dsns.items() if not dsn]
    missing += [f"{PREFIX}{name.upper()}_VIEWS_DSN" for name, dsn in views_dsns.items() if not dsn]
    directory = os.environ.get(f"{PREFIX}CHECKPOINT_KEYS", "")
    if not directory:
        missing.append(f"{PREFIX}CHECKPOINT_KEYS")
    if missing:
        raise CannotGoOn(
            f"set {', '.join(missing)}: each service's database as its own role and as that of its read tables, and the directory "
            "of public keys"
        )
    stores = {}
    for name in dsns:
        files = [os.environ.get(f"{PREFIX}{name.upper()}_{what}", "") for what in ("KEYS", "MASTER_KEY")]
        if all(files):
            stores[name] = (Path(files[0]), Path(files[1]))
    return _Places(dsns, views_dsns, Path(directory), stores)


def _opened(store: Path, master_key: Path) -> KeyStore | None:
    """The key store of a file; None where that is gone: opening it would make an empty one."""
    return KeyStore.from_files(store, master_key) if store.is_file() else None
