"""The `safeguarding` command.

What a command needs is imported when it runs, where that takes long: so `--help` answers at once.
"""

import asyncio
import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from deploy.cli import copies, operate, proof, replay, review
from deploy.cli.screen import DEFAULT_STACK, MISUSE, StackOption, console, fail, run
from deploy.play.errors import NoStack
from shared.domain.actors import AGENCIES_OF_ROLE, DEFAULT_AGENCY

if TYPE_CHECKING:
    from deploy.play.stacks import RunningStack

app = typer.Typer(
    help="A multi-agency child-safeguarding platform: run it, play cases on it, look after it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def up(
    stack: StackOption = DEFAULT_STACK,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="With a clock that stands until the operator moves it.")
    ] = False,
    broker: Annotated[Literal["embedded", "kafka"], typer.Option(help="Which broker to run.")] = "embedded",
) -> None:
    """Start everything on this machine and stay until ctrl-C."""

    async def main() -> None:
        from deploy.play.stacks import own_stack

        out = console()
        say = lambda text: out.print(text, markup=False, highlight=False)  # noqa: E731 - one line, used once
        async with own_stack(stack, simulated_clock=simulated, broker=broker, say=say, pages=True) as running:
            await _stay(running)

    run(main())


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
        fail(str(error), MISUSE)
    if stay and len(files) > 1:
        fail("--stay goes with one case file: name the file instead of the folder", MISUSE)

    async def main() -> None:
        from deploy.play.files import Options, play_files

        options = Options(broker, stack, _stay if stay else None)
        tally = await play_files(files, options, console(), console(stderr=True))
        if tally.bad_files:
            raise typer.Exit(MISUSE)
        if tally.failed or tally.stopped or (check and tally.different):
            raise typer.Exit(1)

    run(main())


@app.command()
def borough(
    contacts: Annotated[int, typer.Option(min=1, help="How many contacts arrive.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same number makes the same month.")] = 1,
) -> None:
    """Play a month of a borough's front door, made up from a number, and print how its deadlines stood."""

    async def main() -> None:
        from deploy.borough.command import play_month

        await play_month(contacts, seed, console())

    run(main())


@app.command()
def commands(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON Schema a command.")] = False,
) -> None:
    """List every command, or publish its fields and code lists."""
    from deploy.catalogue import known_commands, schemas

    if as_json:
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
    team: Annotated[str | None, typer.Option(help="The receiving team they are of.")] = None,
    stack: StackOption = DEFAULT_STACK,
) -> None:
    """Print a bearer token that the services of a stack accept, for trying things out."""
    from deploy.play.stacks import issuer_of

    if role not in DEFAULT_AGENCY:
        fail(f"{role} is no role; roles are {', '.join(sorted(DEFAULT_AGENCY))}", MISUSE)
    if agency is not None and agency not in AGENCIES_OF_ROLE[role]:
        fail(f"nobody of {agency} is a {role}; it is of {', '.join(sorted(AGENCIES_OF_ROLE[role]))}", MISUSE)
    try:
        issuer = issuer_of(stack)
    except NoStack as error:
        fail(str(error), MISUSE)
    typer.echo(
        issuer.token(
            name=name, role=role, agency=agency or DEFAULT_AGENCY[role], organisation=organisation, team=team
        )
    )


@app.command("new-team")
def new_team(
    name: Annotated[str, typer.Argument(help="The team's name, in people's own words: early_help.")],
) -> None:
    """Make a new team: its folder with one stream, its tests, golden files and pages, green at once."""
    from deploy.cli.new_team import ROOT, NoNewTeam, generate, make_team

    try:
        for path in make_team(name):
            typer.echo(f"made {path.relative_to(ROOT)}")
        for line in generate():
            typer.echo(line)
    except NoNewTeam as error:
        fail(str(error), MISUSE)
    typer.echo("What a person must decide now: docs/how-to/add-a-team.md.")


@app.command()
def doctor(stack: StackOption = DEFAULT_STACK) -> None:
    """Say what is missing on this machine and how to get it; and, where a stack runs, which of its services is not ready."""
    from deploy.local.doctor import findings
    from deploy.play.stacks import is_running

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
    unready = operate.say_who_is_not_ready(stack) if is_running(stack) else False
    if unready or any(one.needed and not one.fine for one in found):
        raise typer.Exit(1)


def main() -> None:
    """The entry point of `safeguarding`."""
    app()


async def _stay(running: "RunningStack") -> None:
    """Says where everything is, and returns at ctrl-C or SIGTERM."""
    out = console()
    out.print("\nThe API is at (its description, with a token: /openapi.json):", highlight=False)
    for name, url in running.urls.items():
        out.print(f"  {name:12} {url}", markup=False, highlight=False, soft_wrap=True)
    hint = f"safeguarding token --as mash_manager --stack {running.directory}"
    out.print(f"A token for it: {hint}", markup=False, highlight=False, soft_wrap=True)
    out.print(
        "The local issuer signs whatever it is asked to: for trying out only.",
        highlight=False,
        style="yellow",
    )
    if running.pages is not None:
        out.print(f"\nOpen {running.pages} in a browser, and sign in as:", highlight=False, soft_wrap=True)
        for name in _names_to_sign_in_as(running):
            out.print(f"  {name}", markup=False, highlight=False)
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


def _names_to_sign_in_as(running: "RunningStack") -> list[str]:
    """Who can sign in to the pages: the people of the case that was played, else somebody in every role."""
    from deploy.local.sign_in import SignIn

    people = SignIn(running.directory / "issuer", "", "").people()
    return [f"{one['name']}, {str(one['role']).replace('_', ' ')}" for one in people]


operate.add_to(app)
proof.add_to(app)
replay.add_to(app)
review.add_to(app)
copies.add_to(app)
