"""What every team did to erase a person, for the command line."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx

from deploy.play.answers import refusal_of
from deploy.play.calling import Services
from deploy.play.case_types import By
from deploy.play.errors import CannotGoOn


async def reports(services: Services, by: By, person: UUID) -> tuple[list[Mapping[str, Any]], dict[str, str]]:
    """Each team's report, by name; and the teams that withheld theirs, each with the rule. A team that has not been told of
    an erasure has done nothing.

    Raises:
        CannotGoOn: the person was not erased, as far as People knows, or who asks may not hear of it.
        ServiceAway: a service does not answer.
    """
    found: list[Mapping[str, Any]] = []
    withheld: dict[str, str] = {}
    for name in services.names:
        answer = await services.ask(name, "GET", f"/erasures/{person}", by=by)
        if answer.status_code == httpx.codes.NOT_FOUND:
            if name == "people":
                raise CannotGoOn("nobody was erased under this id: see people.ProposeErasure")
            found.append({"service": name, "done": False})
        elif answer.status_code == httpx.codes.FORBIDDEN and name != "people":
            withheld[name] = ", ".join(refusal_of(answer).rules)
        elif answer.is_success:
            found.append(answer.json())
        else:
            raise CannotGoOn(f"{name} said nothing of it: {refusal_of(answer)}")
    return found, withheld


def in_words(report: Mapping[str, Any]) -> str:
    """One team's report in lines."""
    name = report["service"]
    if "did" not in report:
        return f"{name}: not told yet."
    did, lines = report["did"], []
    state = "done" if report["done"] else "NOT DONE"
    lines.append(
        f"{name}: {state}; the words of {did['words_destroyed']} facts destroyed, {did['facts_kept_without_words']} facts "
        "kept without words."
    )
    lines += [
        f"  {one['what'].replace('_', ' ')}{f' ({count})' if (count := one.get('count')) is not None else ''}: {one['why']}."
        for one in report["remains"]
    ]
    return "\n".join(lines)
