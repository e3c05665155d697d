"""The auditor's commands of the past: `safeguarding replay` and `diff`."""

import json
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import typer

from deploy.cli.screen import DEFAULT_STACK, MISUSE, AtOption, Place, StackOption, TokenOption, fail, run

_Child = Annotated[UUID, typer.Argument(help="The child's id.")]
_Eyes = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="AGENCY[/ORGANISATION]",
        help="Through whose eyes, as education/Elm School. Left out: all that is not sealed.",
    ),
]
_Role = Annotated[str, typer.Option(help="With --as: in which role, for what is restricted to some roles.")]
_MOMENT = "a day (to its end), a time in London (2026-04-02T16:40), an instant with its offset, or a position"
_Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def replay(
        child: _Child,
        as_known: Annotated[str | None, typer.Option(help=f"As recorded by then: {_MOMENT}.")] = None,
        as_at: Annotated[str | None, typer.Option(help="Only what had happened by then.")] = None,
        knew: Annotated[str | None, typer.Option(help="Only what the agency of --as knew by then.")] = None,
        eyes: _Eyes = None,
        role: _Role = "",
        compare: Annotated[
            bool, typer.Option("--compare", help="Hold what is shown live against the log instead.")
        ] = False,
        as_json: _Json = False,
        stack: StackOption = DEFAULT_STACK,
        at: AtOption = None,
        token_file: TokenOption = None,
    ) -> None:
        """Tell a child's chronology as it was, from the log alone; or whether what is shown live is what the log gives."""
        _eyes_for(role, eyes)
        if knew is not None and eyes is None:
            fail("--knew needs --as: say whose knowledge", MISUSE)
        if compare and any(each is not None for each in (as_known, as_at, knew, eyes)):
            fail("--compare is of the present and of everything: leave the other options out", MISUSE)

        async def main() -> None:
            from deploy.cli import replaying
            from deploy.cli.reaching import services_at

            async with services_at(Place(stack, at, token_file)) as services:
                if compare:
                    _tell(await replaying.compared(services, child), as_json=as_json)
                    return
                moments = {"as_known": as_known, "as_at": as_at, "knew": knew}
                lens = replaying.Eyes.of(eyes, role) if eyes else None
                async for item in replaying.replayed(services, child, lens, moments):
                    typer.echo(json.dumps(item) if as_json else _entry(item))

        run(main())

    @app.command()
    def diff(
        child: _Child,
        earlier: Annotated[str, typer.Argument(help=f"The earlier moment: {_MOMENT}.")],
        later: Annotated[str | None, typer.Argument(help="The later one. Left out: now.")] = None,
        eyes: _Eyes = None,
        role: _Role = "",
        as_json: _Json = False,
        stack: StackOption = DEFAULT_STACK,
        at: AtOption = None,
        token_file: TokenOption = None,
    ) -> None:
        """Tell what a child's chronology showed otherwise at a later moment, by which event, in whose role, and why."""
        _eyes_for(role, eyes)

        async def main() -> None:
            from deploy.cli import replaying
            from deploy.cli.reaching import services_at

            async with services_at(Place(stack, at, token_file)) as services:
                lens = replaying.Eyes.of(eyes, role) if eyes else None
                async for item in replaying.differing(services, child, lens, earlier, later):
                    typer.echo(json.dumps(item) if as_json else _change(item))

        run(main())


def _eyes_for(role: str, eyes: str | None) -> None:
    if role and eyes is None:
        fail("--role needs --as: say of which agency", MISUSE)


def _tell(found: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found))
    elif found["equal"]:
        typer.echo(f"What is shown live is what the log gives, up to position {found['position']}.")
    for one in () if as_json else found["items"]:
        row = ", ".join(f"{name} {value}" for name, value in one["row"].items())
        columns = f" in {', '.join(one['columns'])}" if one["columns"] else ""
        typer.echo(f"{one['view']}, {row}: {one['what']}{columns}.")
    if not found["equal"]:
        raise typer.Exit(1)


def _entry(item: Mapping[str, Any]) -> str:
    who = " ".join(each for each in (item.get("role"), item["agency"]) if each)
    told = "".join(f"\n      {name}: {text}" for name, text in item["text"] or ())
    marks = [item["depth"]] if item["depth"] != "whole" else []
    marks += ["withdrawn"] if item.get("withdrawn") else ["corrected"] if item.get("corrected_by") else []
    beside = f" [{', '.join(marks)}]" if marks else ""
    return f"{item['happened_at']}  {item['title']} ({who}; recorded {item['recorded_at']}){beside}{told}"


def _change(item: Mapping[str, Any]) -> str:
    signs = {"added": "+", "gone": "-", "changed": "~"}
    lines = [f"{signs[item['change']]} {item['happened_at']}  {item['title']}: {item['change']}"]
    lines += [f"      {one['field']}: {one['was']} -> {one['is']}" for one in item.get("fields", ())]
    for one in item["because"]:
        why = f": {one['reason']}" if one["reason"] else ""
        lines.append(
            f"    by {one['event']} at {one['position']}, recorded {one['recorded_at']}, "
            f"{one['role']} of {one['agency']}{why}"
        )
    if not item["because"]:
        lines.append("    by no event: what was shared for a time has ended")
    return "\n".join(lines)
