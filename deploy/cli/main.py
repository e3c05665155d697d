"""The `safeguarding` command.

Exit codes: 0 all is well, 1 something differs or failed, 2 it was asked wrongly. What a command needs is imported
when it runs, so that `--help` answers at once.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NoReturn
from uuid import UUID

import typer

from deploy.cli import proof as proof_cli

if TYPE_CHECKING:
    from rich.console import Console

    from deploy.play.calling import Services
    from deploy.play.stacks import RunningStack

app = typer.Typer(
    help="A multi-agency child-safeguarding platform: run it, play cases on it, look after it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
events = typer.Typer(help="The events of a running stack.", no_args_is_help=True)
parked = typer.Typer(help="Events that a service could not take in.", no_args_is_help=True)
views = typer.Typer(help="The read tables.", no_args_is_help=True)
relay = typer.Typer(help="What a service has published.", no_args_is_help=True)
for _name, _group in (("events", events), ("parked", parked), ("views", views), ("relay", relay)):
    app.add_typer(_group, name=_name)

_PIPE_WIDTH: Final = 140
_MISUSE: Final = 2
_INTERRUPTED: Final = 130
_TAIL_PAUSE: Final = 0.5
_TAIL_PAGE: Final = 200

StackOption = Annotated[
    Path, typer.Option("--stack", help="Directory of the stack.", show_default=True, file_okay=False)
]
_DEFAULT_STACK = Path(".stack")


@app.command()
def up(
    stack: StackOption = _DEFAULT_STACK,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="With a clock that stands until the operator moves it.")
    ] = False,
    broker: Annotated[Literal["embedded", "kafka"], typer.Option(help="Which broker to run.")] = "embedded",
) -> None:
    """Start everything on this machine and stay until ctrl-C."""

    async def main() -> None:
        from deploy.play.stacks import own_stack

        out = _console()
        say = lambda text: out.print(text, markup=False, highlight=False)  # noqa: E731 - one line, used once
        async with own_stack(stack, simulated_clock=simulated, broker=broker, say=say) as running:
            await _stay(running)

    _run(main())


@app.command()
def play(
    path: Annotated[Path, typer.Argument(help="A case file, or a folder of them.")],
    check: Annotated[bool, typer.Option("--check", help="Exit with 1 at any difference.")] = False,
    broker: Annotated[Literal["embedded", "kafka"], typer.Option(help="Which broker to run.")] = "embedded",
    stack: Annotated[
        Path | None,
        typer.Option(
            help="Play on this stack, and go on where it stopped. Default: a fresh one.", file_okay=False
        ),
    ] = None,
    stay: Annotated[bool, typer.Option("--stay", help="Leave it running until ctrl-C.")] = False,
) -> None:
    """Play a case from its file, print what each agency sees, and compare with what the file expects."""
    from deploy.play.cases import case_files

    try:
        files = case_files(path)
    except FileNotFoundError as error:
        _fail(str(error), _MISUSE)
    if stay and len(files) > 1:
        _fail("--stay goes with one case file: name the file instead of the folder", _MISUSE)

    async def main() -> None:
        from deploy.play.files import Options, play_files

        options = Options(broker, stack, _stay if stay else None)
        tally = await play_files(files, options, _console(), _console(stderr=True))
        if tally.bad_files:
            raise typer.Exit(_MISUSE)
        if tally.failed or tally.stopped or (check and tally.different):
            raise typer.Exit(1)

    _run(main())


@app.command()
def commands(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON Schema a command.")] = False,
) -> None:
    """List every command, or publish its fields and code lists."""
    from deploy.catalogue import known_commands, schemas

    if as_json:
        import json

        typer.echo(json.dumps(schemas(), indent=2, ensure_ascii=False))
        return
    for name, command in known_commands().items():
        summary = (command.__doc__ or "").strip().splitlines()
        typer.echo(f"{name:45} {summary[0] if summary else ''}".rstrip())


@app.command()
def token(
    role: Annotated[str, typer.Option("--as", metavar="ROLE", help="As which role, e.g. mash_manager.")],
    name: Annotated[str, typer.Option(help="Whose name.")] = "Alex Example",
    agency: Annotated[str | None, typer.Option(help="Default: the agency of the role.")] = None,
    organisation: Annotated[str | None, typer.Option(help="This school, that ward.")] = None,
    stack: StackOption = _DEFAULT_STACK,
) -> None:
    """Print a bearer token that the services of a stack accept, for trying things out."""
    from deploy.play.stacks import NoStack, issuer_of
    from shared.domain.actors import AGENCIES, DEFAULT_AGENCY

    if role not in DEFAULT_AGENCY:
        _fail(f"{role} is no role; roles are {', '.join(sorted(DEFAULT_AGENCY))}", _MISUSE)
    if agency is not None and agency not in AGENCIES:
        _fail(f"{agency} is no agency; agencies are {', '.join(sorted(AGENCIES))}", _MISUSE)
    try:
        issuer = issuer_of(stack)
    except NoStack as error:
        _fail(str(error), _MISUSE)
    typer.echo(
        issuer.token(name=name, role=role, agency=agency or DEFAULT_AGENCY[role], organisation=organisation)
    )


@app.command()
def doctor() -> None:
    """Say what is missing on this machine and how to get it."""
    from deploy.local.doctor import findings

    found = findings()
    for one in found:
        state = (
            "fine"
            if one.fine
            else "MISSING"
            if one.needed
            else "DUE"
            if one.due
            else "not here (some tests only)"
        )
        typer.echo(f"{one.what}: {state}. {one.detail}".rstrip())
        if one.remedy:
            typer.echo(f"    {one.remedy}")
    if any(one.needed and not one.fine for one in found):
        raise typer.Exit(1)


@events.command("tail")
def events_tail(
    service: Annotated[list[str] | None, typer.Option(help="Only this service; may be given again.")] = None,
    after: Annotated[int, typer.Option(help="Only events after this position.", min=0)] = 0,
    follow: Annotated[bool, typer.Option(help="Go on as events come.")] = True,
    stack: StackOption = _DEFAULT_STACK,
) -> None:
    """Print events as they are stored, one JSON line each, without personal text."""

    async def work(services: "Services") -> None:
        import json

        places = dict.fromkeys(service or services.names, after)
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

    _operate(stack, work)


@parked.command("list")
def parked_list(stack: StackOption = _DEFAULT_STACK) -> None:
    """List what is parked, by service, with its error."""

    async def work(services: "Services") -> None:
        count = 0
        for name in services.names:
            for one in await services.parked(name):
                typer.echo(f"{name}: from {one.source} key {one.key}: {one.error}")
                count += 1
        if not count:
            typer.echo("Nothing is parked.")

    _operate(stack, work)


@parked.command("retry")
def parked_retry(service: str, source: str, key: str, stack: StackOption = _DEFAULT_STACK) -> None:
    """Take in what is parked under a key, and what waits behind it, in order."""
    _ask(stack, service, "/operator/parked/retry", {"source": source, "key": key})


@parked.command("skip")
def parked_skip(
    service: str,
    source: str,
    key: str,
    reason: Annotated[str, typer.Option(help="Why this event may be left out; it is recorded.")],
    stack: StackOption = _DEFAULT_STACK,
) -> None:
    """Leave out the parked event of a key, with the reason, and go on with what waits behind it."""
    _ask(stack, service, "/operator/parked/skip", {"source": source, "key": key, "reason": reason})


@views.command("rebuild")
def views_rebuild(service: str, name: str, stack: StackOption = _DEFAULT_STACK) -> None:
    """Build a view of a service again from its log."""
    _ask(stack, service, f"/operator/views/{name}/rebuild", {})


@relay.command("resend")
def relay_resend(
    service: str,
    key: Annotated[UUID | None, typer.Option(help="Only events of this key.")] = None,
    after: Annotated[int, typer.Option(help="Only events after this position.", min=0)] = 0,
    stack: StackOption = _DEFAULT_STACK,
) -> None:
    """Publish events of a service again; whoever has them drops them."""
    _ask(stack, service, "/operator/resend", {"key": str(key) if key else None, "after": after})


def main() -> None:
    """The entry point of `safeguarding`."""
    app()


def _ask(stack: Path, service: str, path: str, body: dict[str, Any]) -> None:
    async def work(services: "Services") -> None:
        import json

        found = await services.operate(service, path, body)
        typer.echo(json.dumps(found) if found else "Done.")

    _operate(stack, work)


def _operate(stack: Path, work: "Callable[[Services], Awaitable[None]]") -> None:
    """Does something on the stack that runs on that directory, as its operator."""

    async def main() -> None:
        from deploy.play.calling import Services
        from deploy.play.stacks import running_stack

        running = running_stack(stack)
        async with Services(running.urls, running.tokens, patience=5) as services:
            await work(services)

    _run(main())


def _run(main: Coroutine[Any, Any, None]) -> None:
    """Runs it to its end; ctrl-C and SIGTERM end it in order, with everything it started."""

    async def ordered() -> None:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await main

    from deploy.local.errors import StackError
    from deploy.play.calling import CannotGoOn, ServiceAway
    from deploy.play.stacks import NoStack

    try:
        asyncio.run(ordered())
    except (KeyboardInterrupt, asyncio.CancelledError):
        _fail("Stopped before the end.", _INTERRUPTED)
    except NoStack as error:
        _fail(str(error), _MISUSE)
    except (StackError, CannotGoOn, ServiceAway, OSError) as error:
        _fail(str(error), 1)


async def _stay(running: "RunningStack") -> None:
    """Says where everything is, and returns at ctrl-C or SIGTERM."""
    out = _console()
    out.print("\nThe API is at (its description: /openapi.json):", highlight=False)
    for name, url in running.urls.items():
        out.print(f"  {name:12} {url}", markup=False, highlight=False, soft_wrap=True)
    hint = f"safeguarding token --as mash_manager --stack {running.directory}"
    out.print(f"A token for it: {hint}", markup=False, highlight=False, soft_wrap=True)
    out.print(
        "The local issuer signs whatever it is asked to: for trying out only.",
        highlight=False,
        style="yellow",
    )
    out.print("Ctrl-C stops everything.", highlight=False)
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    try:
        await told.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
    out.print("Stopping.", highlight=False)


def _console(*, stderr: bool = False) -> "Console":
    import os

    from rich.console import Console

    # A pipe has no width of its own: tables are to be read in it, not squeezed to a terminal's default.
    piped = not (sys.stderr if stderr else sys.stdout).isatty() and "COLUMNS" not in os.environ
    return Console(stderr=stderr, width=_PIPE_WIDTH if piped else None)


def _fail(message: str, code: int) -> NoReturn:
    with suppress(BrokenPipeError):
        print(message, file=sys.stderr)
    raise typer.Exit(code)


proof_cli.add_to(app, _run)
