"""The commands of the copy that a person asks for: `safeguarding subject-access draft`, `review` and `release`."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from deploy.cli.screen import DEFAULT_STACK, MISUSE, AtOption, Place, StackOption, TokenOption, fail, run
from shared.domain.actors import DEFAULT_AGENCY
from shared.domain.code_lists import ToldHow

_Role = Annotated[str, typer.Option("--as", metavar="ROLE", help="On a stack: as which role.")]
_Request = Annotated[UUID, typer.Option("--request", help="The request: the id of its command.")]
_Draft = Annotated[Path, typer.Argument(help="The file of the draft.", exists=True, dir_okay=False)]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    copies = typer.Typer(
        help="The copy that a person asks for: a draft, its review line by line, its release.",
        no_args_is_help=True,
    )
    app.add_typer(copies, name="subject-access")

    @copies.command()
    def draft(
        person: Annotated[UUID, typer.Argument(help="The person's id.")],
        to: Annotated[
            Path, typer.Option("--to", help="The file to make, for its owner alone.", dir_okay=False)
        ],
        role: _Role = "team_manager",
        stack: StackOption = DEFAULT_STACK,
        at: AtOption = None,
        token_file: TokenOption = None,
    ) -> None:
        """Make a draft of all that teams hold of a person in words, each line with a proposal. Every team records it."""
        _known(role)

        async def main() -> None:
            from deploy.cli.reaching import services_at
            from deploy.keeping import copies as made_by
            from deploy.play.case_types import By

            async with services_at(Place(stack, at, token_file)) as services:
                made = await made_by.draft(
                    services, By("Alex Example", role, DEFAULT_AGENCY[role]), person, to
                )
            proposed = [line.proposed for line in made.lines()]
            typer.echo(
                f"{to}: {len(proposed)} lines of {len(made.facts)} facts; proposed to show {proposed.count('show')}, "
                f"redact {proposed.count('redact')}, leave out {proposed.count('leave_out')}. Decide on each of them."
            )
            for name in made.withheld_by:
                typer.echo(f"{name}: withheld whatever it may hold.")

        run(main())

    @copies.command()
    def review(
        path: _Draft,
        request: _Request,
        notes: Annotated[str, typer.Option(help="What there was to weigh; it is sealed.")] = "",
        role: _Role = "team_manager",
        stack: StackOption = DEFAULT_STACK,
        at: AtOption = None,
        token_file: TokenOption = None,
    ) -> None:
        """Record that somebody has gone through every line of the draft."""
        _known(role)

        async def main() -> None:
            from deploy.cli.reaching import services_at
            from deploy.keeping import copies as made_by
            from deploy.play.case_types import By

            async with services_at(Place(stack, at, token_file)) as services:
                by = By("Alex Example", role, DEFAULT_AGENCY[role])
                said = await made_by.review(services, by, request, path, notes)
            typer.echo(
                f"Reviewed: {said['shown']} shown, {said['redacted']} redacted, {said['left_out']} left out "
                f"({', '.join(said['exemptions']) or 'nothing to say why'}). SHA-256: {said['draft']}"
            )

        run(main())

    @copies.command()
    def release(
        path: _Draft,
        request: _Request,
        person: Annotated[UUID, typer.Option("--person", help="Who is given the copy, by their id.")],
        copy: Annotated[Path, typer.Option("--copy", help="The file to make of it.", dir_okay=False)],
        how: Annotated[ToldHow, typer.Option(help="By which way.")] = ToldHow.LETTER,
        role: _Role = "team_manager",
        stack: StackOption = DEFAULT_STACK,
        at: AtOption = None,
        token_file: TokenOption = None,
    ) -> None:
        """Record that the reviewed copy is given (E5, E8), and write it. Nothing is written that was not reviewed."""
        _known(role)

        async def main() -> None:
            from deploy.cli.reaching import services_at
            from deploy.keeping import copies as made_by
            from deploy.play.case_types import By

            async with services_at(Place(stack, at, token_file)) as services:
                by = By("Alex Example", role, DEFAULT_AGENCY[role])
                done = await made_by.release(services, by, request, path, to=person, how=how.value, copy=copy)
            typer.echo(f"{copy}: what was reviewed, and nothing else. SHA-256 of the draft: {done}")

        run(main())


def _known(role: str) -> None:
    if role not in DEFAULT_AGENCY:
        fail(f"{role} is no role; roles are {', '.join(sorted(DEFAULT_AGENCY))}", MISUSE)
