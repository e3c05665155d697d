"""The commands of the operator on a stack or an installation: its events, what is parked, its views, its relay."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from deploy.cli.screen import DEFAULT_STACK, AtOption, Place, StackOption, TokenOption, run

if TYPE_CHECKING:
    from deploy.play.calling import Services

events = typer.Typer(help="The events of all services.", no_args_is_help=True)
parked = typer.Typer(help="Events that a service could not take in.", no_args_is_help=True)
views = typer.Typer(help="The read tables.", no_args_is_help=True)
relay = typer.Typer(help="What a service has published.", no_args_is_help=True)
log = typer.Typer(
    help="Logs that may not be added to, and going on with one as it stands.", no_args_is_help=True
)

_TAIL_PAUSE: Final = 0.5
_TAIL_PAGE: Final = 200


def add_to(app: typer.Typer) -> None:
    """Add the groups of commands."""
    for name, group in (
        ("events", events),
        ("parked", parked),
        ("views", views),
        ("relay", relay),
        ("log", log),
    ):
        app.add_typer(group, name=name)


@events.command("tail")
def events_tail(
    service: Annotated[list[str] | None, typer.Option(help="Only this service; may be given again.")] = None,
    after: Annotated[int, typer.Option(help="Only events after this position.", min=0)] = 0,
    follow: Annotated[bool, typer.Option(help="Go on as events come.")] = True,
    stack: StackOption = DEFAULT_STACK,
    at: AtOption = None,
    token_file: TokenOption = None,
) -> None:
    """Print events as they are stored, one JSON line each, without personal text."""

    async def work(services: "Services") -> None:
        places = dict[str, int]()
        for name in service or services.names:
            # A shorter log has not come so far, and would refuse the position: there is nothing to skip there.
            head = int((await services.look(name, "/operator/events", after=0, limit=1))["head"])
            places[name] = min(after, head)
        while True:
            more = False
            for name, place in places.items():
                found = await services.look(name, "/operator/events", after=place, limit=_TAIL_PAGE)
                for item in found["items"]:
                    typer.echo(json.dumps({"service": name, **item}))
                    places[name] = max(places[name], int(item["position"]))
                more = more or len(found["items"]) == _TAIL_PAGE
            if not (more or follow):
                return
            if not more:
                await asyncio.sleep(_TAIL_PAUSE)

    _operate(Place(stack, at, token_file), work)


@parked.command("list")
def parked_list(
    stack: StackOption = DEFAULT_STACK, at: AtOption = None, token_file: TokenOption = None
) -> None:
    """List what is parked, by service, with its error."""

    async def work(services: "Services") -> None:
        count = 0
        for name in services.names:
            for one in await services.parked(name):
                typer.echo(f"{name}: from {one.source} key {one.key}: {one.error}")
                count += 1
        if not count:
            typer.echo("Nothing is parked.")

    _operate(Place(stack, at, token_file), work)


@parked.command("retry")
def parked_retry(
    service: str,
    source: str,
    key: str,
    stack: StackOption = DEFAULT_STACK,
    at: AtOption = None,
    token_file: TokenOption = None,
) -> None:
    """Take in what is parked under a key, and what waits behind it, in order."""
    _ask(Place(stack, at, token_file), service, "/operator/parked/retry", {"source": source, "key": key})


@parked.command("skip")
def parked_skip(
    service: str,
    source: str,
    key: str,
    reason: Annotated[str, typer.Option(help="Why this event may be left out; it is recorded.")],
    stack: StackOption = DEFAULT_STACK,
    at: AtOption = None,
    token_file: TokenOption = None,
) -> None:
    """Leave out the parked event of a key, with the reason, and go on with what waits behind it."""
    _ask(
        Place(stack, at, token_file),
        service,
        "/operator/parked/skip",
        {"source": source, "key": key, "reason": reason},
    )


@views.command("rebuild")
def views_rebuild(
    service: str,
    name: str,
    stack: StackOption = DEFAULT_STACK,
    at: AtOption = None,
    token_file: TokenOption = None,
) -> None:
    """Build a view of a service again from its log."""
    _ask(Place(stack, at, token_file), service, f"/operator/views/{name}/rebuild", {})


@relay.command("resend")
def relay_resend(
    service: str,
    key: Annotated[UUID | None, typer.Option(help="Only events of this key.")] = None,
    after: Annotated[int, typer.Option(help="Only events after this position.", min=0)] = 0,
    stack: StackOption = DEFAULT_STACK,
    at: AtOption = None,
    token_file: TokenOption = None,
) -> None:
    """Publish events of a service again; whoever has them drops them."""
    _ask(
        Place(stack, at, token_file),
        service,
        "/operator/resend",
        {"key": str(key) if key else None, "after": after},
    )


@log.command("why")
def log_why(stack: StackOption = DEFAULT_STACK, at: AtOption = None, token_file: TokenOption = None) -> None:
    """Say which services take no commands and why: which positions are missing or altered, and who vouches for them."""

    async def work(services: "Services") -> None:
        found = {
            name: (await services.look(name, "/progress")).get("not_ready", {}) for name in services.names
        }
        for name, reasons in found.items():
            if "commands" in reasons:
                typer.echo(f"{name}: {reasons['commands']}")
        if not any("commands" in reasons for reasons in found.values()):
            typer.echo("Every service takes commands.")

    _operate(Place(stack, at, token_file), work)


@log.command("accept")
def log_accept(
    service: str,
    reason: Annotated[str, typer.Option(help="Why the log is right as it stands; it is recorded.")],
    stack: StackOption = DEFAULT_STACK,
    at: AtOption = None,
    token_file: TokenOption = None,
) -> None:
    """Go on with the log of a service as it stands, without what others say is missing: what was there is lost."""
    _ask(Place(stack, at, token_file), service, "/operator/log/accept", {"reason": reason})


def say_who_is_not_ready(stack: Path) -> bool:
    """Print, for each service of a running stack, whether it is ready, and what keeps it from being; whether one is not."""
    unready: list[str] = []

    async def work(services: "Services") -> None:
        for name in services.names:
            progress = await services.look(name, "/progress")
            reasons = progress.get("not_ready", {})
            if reasons:
                unready.append(name)
            typer.echo(f"{name}: {'NOT READY' if reasons else 'ready'}.")
            for part, why in reasons.items():
                typer.echo(f"    {part}: {why}")
            if away := progress.get("broker_away_since"):
                typer.echo(f"    The broker has not answered since {away}.")

    _operate(Place(stack), work)
    return bool(unready)


def _ask(place: Place, service: str, path: str, body: dict[str, Any]) -> None:
    async def work(services: "Services") -> None:
        found = await services.operate(service, path, body)
        typer.echo(json.dumps(found) if found else "Done.")

    _operate(place, work)


def _operate(place: Place, work: "Callable[[Services], Awaitable[None]]") -> None:
    """Does something where the services are, as their operator."""

    async def main() -> None:
        from deploy.cli.reaching import services_at

        async with services_at(place) as services:
            await work(services)

    run(main())
