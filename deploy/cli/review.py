"""The commands of who watches over access and over what is kept: `safeguarding review-access`, `who-looked`, `erased` and `retention`."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from deploy.cli.screen import DEFAULT_STACK, MISUSE, AtOption, Place, StackOption, TokenOption, fail, run
from shared.domain.actors import DEFAULT_AGENCY
from shared.domain.instants import LONDON

_Role = Annotated[
    str, typer.Option("--as", metavar="ROLE", help="On a stack: as which role; a manager's, or auditor.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    _erased(app)
    _retention(app)

    @app.command("review-access")
    def review_access(
        since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")],
        until: Annotated[
            datetime | None,
            typer.Option("--to", formats=["%Y-%m-%d"], help="The last day. Default: the first."),
        ] = None,
        rules: Annotated[
            Path | None,
            typer.Option(help="The council's own rules in place of the project's.", dir_okay=False),
        ] = None,
        ask: Annotated[
            bool,
            typer.Option("--ask", help="Have the chronology ask about each, for another manager to answer."),
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a finding.")] = False,
        role: _Role = "team_manager",
        stack: StackOption = DEFAULT_STACK,
        at: AtOption = None,
        token_file: TokenOption = None,
    ) -> None:
        """Go through who looked over some days, and list the looks that somebody should account for (E4)."""
        if role not in DEFAULT_AGENCY:
            fail(f"{role} is no role; roles are {', '.join(sorted(DEFAULT_AGENCY))}", MISUSE)

        async def main() -> None:
            from deploy.cli.reaching import services_at
            from deploy.play.case_types import By
            from deploy.review.reviewing import ask_about, body_of, review
            from deploy.review.rules import OWN, read_rules

            by = By("Alex Example", role, DEFAULT_AGENCY[role])
            known = read_rules(rules or OWN)
            async with services_at(Place(stack, at, token_file)) as services:
                made = await review(services, by, known, since.date(), (until or since).date())
                asked = await ask_about(services, by, known, made.found) if ask else None
            for one in made.found:
                body = body_of(one, known)
                said = {**body["with"], "child": str(one.child) if one.child else None}
                typer.echo(json.dumps(said) if as_json else _finding(one.rule.label, said))
            typer.echo(
                f"{made.looks} looks gone through; {len(made.found)} to be accounted for.", err=as_json
            )
            if asked is not None:
                typer.echo(f"Asked about {asked[0]} of them now, {asked[1]} before.", err=as_json)
            _withheld(made.withheld, to_error=as_json)

        run(main())

    @app.command("who-looked")
    def who_looked(
        child: Annotated[UUID, typer.Argument(help="The child's id.")],
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a look.")] = False,
        role: _Role = "team_manager",
        stack: StackOption = DEFAULT_STACK,
        at: AtOption = None,
        token_file: TokenOption = None,
    ) -> None:
        """List who looked at a child's record in every team, or was refused, the latest first (E4)."""
        if role not in DEFAULT_AGENCY:
            fail(f"{role} is no role; roles are {', '.join(sorted(DEFAULT_AGENCY))}", MISUSE)

        async def main() -> None:
            from deploy.cli.reaching import services_at
            from deploy.play.case_types import By
            from deploy.review import reviewing

            async with services_at(Place(stack, at, token_file)) as services:
                by = By("Alex Example", role, DEFAULT_AGENCY[role])
                found, withheld = await reviewing.who_looked(services, by, child)
            for line in (json.dumps(one) for one in found) if as_json else map(_look, found):
                typer.echo(line)
            _withheld(withheld, to_error=as_json)

        run(main())


def _erased(app: typer.Typer) -> None:
    @app.command()
    def erased(
        person: Annotated[UUID, typer.Argument(help="An id that the person went by.")],
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a team.")] = False,
        role: _Role = "team_manager",
        stack: StackOption = DEFAULT_STACK,
        at: AtOption = None,
        token_file: TokenOption = None,
    ) -> None:
        """Say what every team did to erase a person, and what remains and why. Exits with 1 where one has not done it."""
        if role not in DEFAULT_AGENCY:
            fail(f"{role} is no role; roles are {', '.join(sorted(DEFAULT_AGENCY))}", MISUSE)

        async def main() -> None:
            from deploy.cli.reaching import services_at
            from deploy.keeping import erasing
            from deploy.play.case_types import By

            async with services_at(Place(stack, at, token_file)) as services:
                by = By("Alex Example", role, DEFAULT_AGENCY[role])
                reports, withheld = await erasing.reports(services, by, person)
            for one in reports:
                typer.echo(json.dumps(one) if as_json else erasing.in_words(one))
            _withheld(withheld, to_error=as_json)
            if not all(one["done"] for one in reports):
                raise typer.Exit(1)

        run(main())


def _retention(app: typer.Typer) -> None:
    @app.command()
    def retention(
        dry_run: Annotated[
            bool,
            typer.Option(
                "--dry-run", help="Say what is due and change nothing: there is nothing else to do."
            ),
        ] = False,
        on: Annotated[
            datetime | None,
            typer.Option(formats=["%Y-%m-%d"], help="Reckoned for this day. Default: today."),
        ] = None,
        rules: Annotated[
            Path | None,
            typer.Option(help="The council's own rules in place of the project's.", dir_okay=False),
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a person.")] = False,
        role: _Role = "team_manager",
        stack: StackOption = DEFAULT_STACK,
        at: AtOption = None,
        token_file: TokenOption = None,
    ) -> None:
        """List how long each record is kept, by the retention rules: what is due, held, or a person's to decide."""
        if not dry_run:
            fail(
                "nothing is erased by a rule alone: give --dry-run, look at what is due, and propose it (people.ProposeErasure)",
                MISUSE,
            )
        if role not in DEFAULT_AGENCY:
            fail(f"{role} is no role; roles are {', '.join(sorted(DEFAULT_AGENCY))}", MISUSE)

        async def main() -> None:
            from deploy.cli.reaching import services_at
            from deploy.keeping.gathering import reckon
            from deploy.keeping.retention import OWN, State, read_rules
            from deploy.play.case_types import By

            known, day = read_rules(rules or OWN), (on or datetime.now(LONDON)).date()
            async with services_at(Place(stack, at, token_file)) as services:
                made = await reckon(services, By("Alex Example", role, DEFAULT_AGENCY[role]), known, day)
            for one in made.kept:
                said = {
                    "person": str(one.person),
                    "state": one.state.value,
                    "until": one.until.isoformat() if one.until else None,
                    "kinds": list(one.kinds),
                    "because": one.because,
                    "edition": known.edition,
                }
                if as_json:
                    typer.echo(json.dumps(said))
                elif one.state is not State.KEPT:
                    typer.echo(f"{one.state.value}: {one.person}, {', '.join(one.kinds)}; {one.because}")
            counts = Counter(one.state.value for one in made.kept)
            told = ", ".join(f"{state.value.replace('_', ' ')} {counts[state.value]}" for state in State)
            typer.echo(f"On {day.isoformat()}, by {known.edition}: {told}. Nothing was changed.", err=as_json)
            _withheld(made.withheld, to_error=as_json)

        run(main())


def _finding(why: str, said: Mapping[str, Any]) -> str:
    about = f"child {said['child']}" if said["child"] else f"{said['times']} looks"
    return (
        f"{said['looked_at']}  {why}: {said['person']} ({said['role']}), {about}, "
        f"{said['service']} {said['position']}"
    )


def _look(one: Mapping[str, Any]) -> str:
    what = (
        f"shown {one['shown']}" if one["outcome"] == "shown" and one["shown"] is not None else one["outcome"]
    )
    beside: Sequence[str] = [*one["rules"], *one["by_policy"]]
    why = f" [{', '.join(beside)}]" if beside else ""
    return (
        f"{one['at']}  {one['service']} {one['position']}: {one['person']} ({one['role']}, {one['agency']}) "
        f"{one['action']}, {one['purpose']}: {what}{why}"
    )


def _withheld(withheld: Mapping[str, str], *, to_error: bool) -> None:
    for name, rules in withheld.items():
        typer.echo(f"{name}: withheld under {rules}.", err=to_error)
