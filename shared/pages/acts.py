"""What a person may do with a thing now, as a page shows it: the next act, the others, and why some are not to be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from shared.pages.visit import Visit


@dataclass(frozen=True, slots=True)
class Act:
    """One command."""

    title: str
    address: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Acts:
    """What may be done, what may not and why, and what these pages have no form for.

    Attributes:
        next: the one that comes first now; None: none of those that have an order.
        others: what may be done beside it.
        not_now: what the record does not allow as it stands.
        not_yours: what others do.
        elsewhere: what may be done, and has no page yet.
    """

    next: Act | None
    others: tuple[Act, ...]
    not_now: tuple[Act, ...]
    not_yours: tuple[Act, ...]
    elsewhere: tuple[str, ...]


async def acts_on(
    visit: Visit, team: str, thing: str, order: Sequence[str] = (), *, back: str, child: Sequence[str] = ()
) -> Acts:
    """What the team says may be done with a thing now. Raises Refusal, Away.

    Args:
        visit: whose page.
        team: whose thing.
        thing: its id.
        order: commands in the order in which they are done; the first of them that may be done is the next act.
        back: where the person comes back to.
        child: whom it is about, so that a form can ask for people around them.
    """
    found = (await visit.calls.get(team, "/may", re=thing))["commands"]
    place = {command: number for number, command in enumerate(order)}
    found.sort(key=lambda one: place.get(one["command"], len(place)))
    may = [one for one in found if one["may"] != "no"]
    with_form = [one for one in may if visit.site.forms.has(one["command"])]
    first = next((one for one in with_form if one["command"] in place), None)
    link = _Link(visit, thing, back, child)
    return Acts(
        next=link.act(first) if first else None,
        others=tuple(link.act(one) for one in with_form if one is not first),
        not_now=tuple(link.without(one) for one in found if one["because"] == "state" and one["may"] == "no"),
        not_yours=tuple(
            link.without(one) for one in found if one["because"] == "role" and one["may"] == "no"
        ),
        elsewhere=tuple(link.title(one) for one in may if one not in with_form),
    )


@dataclass(frozen=True, slots=True)
class _Link:
    visit: Visit
    thing: str
    back: str
    child: Sequence[str]

    def title(self, one: dict[str, Any]) -> str:
        said = self.visit.site.words.command(one["command"])
        return said.title if said else self.visit.site.words.without_form(one["command"])

    def act(self, one: dict[str, Any]) -> Act:
        said = self.visit.site.words.command(one["command"])
        assert said is not None
        if said.own_page:
            return Act(said.title, said.own_page.replace("{re}", self.thing))
        query = [("re", self.thing), *(("child", each) for each in self.child), ("back", self.back)]
        return Act(said.title, f"/do/{one['command']}?{urlencode(query)}")

    def without(self, one: dict[str, Any]) -> Act:
        rules = f" ({', '.join(one['rules'])})" if one["rules"] else ""
        return Act(self.title(one), why=f"{one['why']}{rules}")
