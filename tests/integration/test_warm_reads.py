"""A process that has seen a child's streams decides the next command without reading, also where one of them is empty."""

from pathlib import Path
from uuid import uuid4

from services.mash.app import app
from services.mash.streams.contact import InformReferrer
from services.mash.streams.open_case import NoteCaseOpened
from shared.access.policy import AccessPolicy
from shared.commands.handler import CommandHandler
from shared.domain.actors import Actor
from shared.team.known_people import KnowPerson
from tests.unit.mash.contacts import MANAGER, RECEIVE

ROOT = Path(__file__).parents[2]
TELL = InformReferrer(message="We are gathering information.", outcome=False)


async def test_that_a_stream_is_empty_is_remembered_and_guarded_as_any_version(
    open_store, clock, keys, monkeypatch
):
    store = await open_store(clock=clock, keys=keys)
    handler = CommandHandler(
        "mash",
        app.streams,
        agency=app.agency,
        store=store,
        keys=keys,
        rules=app.rules,
        access=AccessPolicy.read(ROOT / "services"),
        clock=clock,
    )
    service, child = Actor.service("mash", app.agency), uuid4()
    await handler.run(KnowPerson(about=(child,), kind="child"), service, uuid4())
    receive = RECEIVE.model_copy(update={"about": (child,)})
    contact = (await handler.run(receive, MANAGER, uuid4())).id
    await handler.run(TELL.model_copy(update={"re": contact}), MANAGER, uuid4())

    read: list[list] = []
    load = store.load

    async def counted(streams):
        read.append(list(streams))
        return await load(streams)

    monkeypatch.setattr(store, "load", counted)
    await handler.run(TELL.model_copy(update={"re": contact}), MANAGER, uuid4())
    assert read == []

    # Another process writes on the stream that was empty: the next decision is taken on what stands there.
    other = CommandHandler(
        "mash",
        app.streams,
        agency=app.agency,
        store=store,
        keys=keys,
        rules=app.rules,
        access=AccessPolicy.read(ROOT / "services"),
        clock=clock,
    )
    opened = NoteCaseOpened(about=(child,), kind="referral", case=uuid4())
    await other.run(opened, service, uuid4())
    again = (await handler.run(receive, MANAGER, uuid4())).events
    assert again == ("mash.ContactPassedToOpenCase",)
