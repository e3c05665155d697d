"""The commands of the auditor: `safeguarding verify`, `export` and `verify-export`."""

from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from deploy.cli.screen import DEFAULT_STACK, StackOption, run


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
                help="Databases and keys from SAFEGUARDING_<SERVICE>_DSN and _CHECKPOINT_KEYS.",
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
        to: Annotated[Path, typer.Option("--to", help="The file to write.", dir_okay=False)],
        stack: StackOption = DEFAULT_STACK,
    ) -> None:
        """Write one child's events of all services to a file, sealed as stored, with proofs. It is recorded."""

        async def main() -> None:
            from deploy.cli import proving

            counts = await proving.export(child, stack, to)
            told = ", ".join(f"{name} {count}" for name, count in counts.items())
            typer.echo(f"{to}: {sum(counts.values())} events ({told}).")

        run(main())

    @app.command("verify-export")
    def verify_export(
        file: Annotated[Path, typer.Argument(help="An export.", exists=True, dir_okay=False)],
        keys: Annotated[
            Path, typer.Option(help="Directory of the services' public keys.", file_okay=False)
        ] = DEFAULT_STACK / "checkpoint-keys",
    ) -> None:
        """Check an export with the services' public keys and nothing else."""

        async def main() -> None:
            from deploy.cli import proving

            proved = proving.check_file(file, keys)
            for trouble in proved.troubles:
                typer.echo(trouble)
            for name, count in proved.events.items():
                typer.echo(
                    f"{name}: {count} events proved; its log was signed up to {proved.signed.get(name, 0)}."
                )
            if proved.troubles:
                raise typer.Exit(1)
            typer.echo("Every event stands as it was signed.")

        run(main())
