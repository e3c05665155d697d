"""The commands of the auditor: `safeguarding verify`, `export`, `disclose` and `verify-export`."""

from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from deploy.cli.screen import DEFAULT_STACK, MISUSE, AtOption, Place, StackOption, TokenOption, fail, run
from shared.domain.actors import DEFAULT_AGENCY
from shared.domain.code_lists import LawfulBasis


def add_to(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def verify(
        stack: StackOption = DEFAULT_STACK,
        kept: Annotated[
            Path | None,
            typer.Option(
                help="Your own file of checkpoints: compared, and where all is well the newest are added.",
                dir_okay=False,
            ),
        ] = None,
        environment: Annotated[
            bool,
            typer.Option(
                "--environment",
                help="Databases and keys from SAFEGUARDING_<SERVICE>_DSN, _VIEWS_DSN and _CHECKPOINT_KEYS.",
            ),
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a service.")] = False,
    ) -> None:
        """Look for tampering in every log, and say where it is."""

        async def main() -> None:
            from deploy.cli import verifying

            if not await verifying.verify(
                stack,
                environment=environment,
                kept=kept,
                as_json=as_json,
                say=typer.echo,
                say_beside=partial(typer.echo, err=True),
            ):
                raise typer.Exit(1)

        run(main())

    @app.command()
    def export(
        child: Annotated[UUID, typer.Argument(help="The child's id.")],
        to: Annotated[
            Path,
            typer.Option("--to", help="The folder to make; a zip of it is made beside it.", file_okay=False),
        ],
        basis: Annotated[
            LawfulBasis, typer.Option(help="On which lawful basis it is handed over: each service signs it.")
        ] = LawfulBasis.PUBLIC_TASK,
        stack: StackOption = DEFAULT_STACK,
        at: AtOption = None,
        token_file: TokenOption = None,
    ) -> None:
        """Write one child's events of all services, sealed as stored, with proofs. Every service records it."""

        async def main() -> None:
            from deploy.cli import exporting
            from deploy.cli.reaching import services_at

            async with services_at(Place(stack, at, token_file)) as services:
                made = await exporting.export(services, child, to, basis=basis.value)
            told = ", ".join(f"{name} {count}" for name, count in made.counts.items())
            typer.echo(f"{made.folder} and {made.packed}: {sum(made.counts.values())} events ({told}).")
            for name, rule in made.withheld.items():
                typer.echo(f"{name}: withheld under {rule}.")
            typer.echo(f"SHA-256 of its manifest, to be told by another way: {made.fingerprint}")

        run(main())

    @app.command()
    def disclose(
        bundle: Annotated[Path, typer.Argument(help="The folder of a bundle.", exists=True, file_okay=False)],
        service: Annotated[str, typer.Argument(help="Whose words.")],
        step: Annotated[
            UUID, typer.Argument(help="Of which step: the id of the command that recorded them.")
        ],
        role: Annotated[
            str, typer.Option("--as", metavar="ROLE", help="On a stack: as which role of that team.")
        ] = "mash_manager",
        stack: StackOption = DEFAULT_STACK,
        at: AtOption = None,
        token_file: TokenOption = None,
    ) -> None:
        """Open the words of one step in a bundle, where its team decided to share it whole. It is recorded."""
        if role not in DEFAULT_AGENCY:
            fail(f"{role} is no role; roles are {', '.join(sorted(DEFAULT_AGENCY))}", MISUSE)

        async def main() -> None:
            from deploy.cli import exporting
            from deploy.cli.reaching import services_at
            from deploy.play.case_types import By

            async with services_at(Place(stack, at, token_file)) as services:
                by = By("Alex Example", role, DEFAULT_AGENCY[role])
                count, fingerprint = await exporting.disclose(services, bundle, service, step, by)
            typer.echo(f"{bundle}: the words of {count} events of {service} are open now.")
            typer.echo(f"SHA-256 of its manifest, to be told by another way: {fingerprint}")

        run(main())

    @app.command("verify-export")
    def verify_export(
        bundle: Annotated[Path, typer.Argument(help="A bundle: its folder or its zip.", exists=True)],
        keys: Annotated[
            Path, typer.Option(help="Directory of the services' public keys.", file_okay=False)
        ] = DEFAULT_STACK / "checkpoint-keys",
        words: Annotated[bool, typer.Option("--words", help="Print the words that were opened.")] = False,
    ) -> None:
        """Check a bundle with the services' public keys and nothing else."""
        from deploy.bundle import verify

        shown = ["--words"] if words else []
        raise typer.Exit(verify.main([str(bundle), "--keys", str(keys), *shown]))
