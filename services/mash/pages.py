"""The front door's pages: its worklist, a contact, and the forms of screening, deciding and taking in."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from starlette.responses import Response

from services.mash.codes import REFERRALS, Outcome
from shared.pages.acts import acts_on
from shared.pages.asked import Asked
from shared.pages.calls import Refusal
from shared.pages.forms import Field, Wrong
from shared.pages.team import Panel, TeamPages
from shared.pages.visit import Visit, of_ours

pages = TeamPages("mash", Path(__file__).parent)

STAFF: Final = ("mash_screener", "mash_social_worker", "mash_manager", "senior_practitioner")
"""Who works at the front door in the day."""
_ON_HOME: Final = 10
_A_PAGE: Final = 25
_FILTERS: Final = ("waits_for", "potential", "source", "held", "cursor")
_FIRST: Final = (
    "mash.ScreenContact",
    "mash.DecideContact",
    "mash.InformReferrer",
    "mash.IdentifyImmediateHarm",
    "mash.HoldContact",
)
"""What is done with a contact, in the order in which it is done."""
_NEEDED: Final = {
    **dict.fromkeys(REFERRALS, ("primary_need", "team")),
    Outcome.STRATEGY_DISCUSSION_NOW: ("strategy", "primary_need", "team"),
    Outcome.FAMILY_WELLBEING: ("criteria",),
    Outcome.SIGNPOSTED: ("service",),
    Outcome.OTHER_SPECIALIST_SERVICE: ("service",),
}
"""What an outcome asks beside what every one does."""
_MAY_BE_LEFT: Final = frozenset({"indicators", "team"})
_ASKED_FIRST: Final = ("children_said", "worries", "strengths", "child_words", "source", "referrer")
"""What a new contact is asked first, in this order; the rest follows."""
_OF_EACH: Final = ("level", "rationale", "indicators")

pages.menu("Front door", "/mash", (*STAFF, "out_of_hours_social_worker"))


@pages.home((*STAFF, "out_of_hours_social_worker"))
async def waiting(visit: Visit) -> Panel:
    """The most pressing contacts of the front door's worklist."""
    found = await visit.calls.get("mash", "/worklist", limit=_ON_HOME, after=visit.after)
    names = await visit.names([row["child"] for row in found["items"] if row["child"]], "mash_worklist")
    return Panel("Front door", "mash/waiting.html", {"rows": found["items"], "names": names})


@pages.get("/mash")
async def worklist(visit: Visit) -> Response:
    """The worklist, with its filters in the address."""
    asked = {name: visit.asked(name) for name in _FILTERS}
    found = await visit.calls.get("mash", "/worklist", limit=_A_PAGE, after=visit.after, **asked)
    names = await visit.names([row["child"] for row in found["items"] if row["child"]], "mash_worklist")
    return visit.render(
        "mash/worklist.html",
        title="Front door",
        rows=found["items"],
        following=found["next"],
        position=found.get("position", ""),
        names=names,
        asked=asked,
        filtered=any(asked.values()),
        lists={of: visit.site.words.codes(of) for of in ("Potential", "ReferralSource")},
    )


@pages.get("/mash/contacts/new")
async def new_contact(visit: Visit) -> Response:
    """A new contact: about whom, if that is known, then what was said."""
    return await visit.site.forms.show_own(visit, await _new(visit))


@pages.post("/mash/contacts/new")
async def send_new_contact(visit: Visit) -> Response:
    """Send it."""
    return await visit.site.forms.send_own(visit, await _new(visit))


async def _new(visit: Visit) -> Asked:
    about = tuple(visit.request.query_params.getlist("about"))
    names = await visit.names(about, "mash_new_contact")
    back = "/mash/contacts/{id}" if visit.person.role in STAFF else "/"

    def shape(fields: tuple[Field, ...]) -> tuple[Field, ...]:
        by_name = {one.name: one for one in fields}
        first = [by_name.pop(name) for name in _ASKED_FIRST if not (about and name == "children_said")]
        by_name.pop("children_said", None)
        return (*first, *by_name.values())

    def adapt(body: dict[str, Any]) -> tuple[dict[str, Any], list[Wrong]]:
        nobody = not about and not body.get("children_said")
        name = "children_said.0.name"
        return body, [Wrong(name, "Enter the child's name, or what you know of them", name)] if nobody else []

    return Asked(
        "mash.ReceiveContact",
        about=about,
        back=back,
        template="mash/new.html",
        context={"known": [names[each] for each in about if each in names]},
        shape=shape,
        adapt=adapt,
        happened=False,
    )


@pages.get("/mash/contacts/{contact}")
async def contact(visit: Visit) -> Response:
    """A contact: what was said, of which children, what it waits for, and what may be done now."""
    of = visit.request.path_params["contact"]
    rows = await _rows(visit, of)
    children = [row["child"] for row in rows if row["child"]]
    names = await visit.names(children, "mash_contact")
    return visit.render(
        "mash/contact.html",
        title="Contact",
        contact=of,
        rows=rows,
        first=rows[0],
        text=next((row["text"] for row in rows if row["text"]), None),
        names=names,
        clocks=await _clocks(visit, of, children),
        acts=await acts_on(visit, "mash", of, _order(rows), back=visit.request.url.path, child=children),
    )


def _order(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """What comes first: a contact can be screened again, but that is not what it waits for."""
    screened = all(row["potential"] or row["outcome"] for row in rows)
    return tuple(one for one in _FIRST if not (screened and one == "mash.ScreenContact"))


async def _rows(visit: Visit, of: str) -> list[dict[str, Any]]:
    """A contact's rows, one a child. Raises Refusal where there are none for this person."""
    found = await visit.calls.get("mash", "/worklist", contact=of, limit=100, after=visit.after)
    if not found["items"]:
        raise Refusal(404, {})
    return list(found["items"])


async def _clocks(visit: Visit, of: str, children: list[str]) -> list[dict[str, Any]]:
    """The deadlines of a contact, those of several children that are one and the same once."""
    if not children:
        return []
    found = await visit.calls.get("mash", "/deadlines", child=children[0], settled="true", limit=100)
    return [each for each in found["items"] if of in (each["thing"], each["root"])]


@pages.get("/mash/contacts/{contact}/screen")
async def screen(visit: Visit) -> Response:
    """Screening: what the contact may be, and of each child whether they are a young carer (M12)."""
    return await visit.site.forms.show_own(visit, await _screening(visit))


@pages.post("/mash/contacts/{contact}/screen")
async def send_screening(visit: Visit) -> Response:
    """Send it."""
    return await visit.site.forms.send_own(visit, await _screening(visit))


async def _screening(visit: Visit) -> Asked:
    of = visit.request.path_params["contact"]
    rows = await _rows(visit, of)
    children = [row["child"] for row in rows if row["child"]]
    names = await visit.names(children, "mash_contact")
    carers = tuple(
        Field(
            f"young_carers.{child}",
            "yes_no",
            f"Does {names[child].name if child in names else 'this child'} care for somebody?",
            "A parent, brother or sister who is ill or disabled, for example",
            "Say of each child whether they care for somebody",
            required=True,
            options=(("true", "Yes"), ("false", "No")),
        )
        for child in children
    )

    def shape(fields: tuple[Field, ...]) -> tuple[Field, ...]:
        of_each = [replace(one, kind="group", fields=carers) for one in fields if one.name == "young_carers"]
        kept = [one for one in fields if one.name != "young_carers"]
        return (*kept[:1], *(of_each if carers else ()), *kept[1:])

    def adapt(body: dict[str, Any]) -> tuple[dict[str, Any], list[Wrong]]:
        said: dict[str, bool] = body.pop("young_carers", {})
        wrong = [
            Wrong(one.name, one.missing, one.first_control)
            for one, child in zip(carers, children, strict=True)
            if child not in said
        ]
        return {**body, "young_carers": [child for child in children if said.get(child)]}, wrong

    return Asked(
        "mash.ScreenContact",
        re=of,
        back=f"/mash/contacts/{of}",
        template="mash/beside.html",
        context=_beside(rows),
        shape=shape,
        adapt=adapt,
    )


@pages.get("/mash/contacts/{contact}/decide")
async def decide(visit: Visit) -> Response:
    """Deciding: the outcome first, then only what that outcome needs."""
    of = visit.request.path_params["contact"]
    if visit.asked("outcome") in set(Outcome):
        return await visit.site.forms.show_own(visit, await _deciding(visit))
    draft = await visit.draft("mash.DecideContact", of)
    begun = of_ours((draft.answers.get("here") or [""])[0], "") if draft is not None else ""
    rows = await _rows(visit, of)
    return visit.render(
        "mash/outcome.html",
        title="Decide contact",
        status=422 if visit.asked("chosen") else 200,
        wrong=bool(visit.asked("chosen")),
        begun=begun,
        back=f"/mash/contacts/{of}",
        outcomes=visit.site.words.codes("Outcome"),
        **_beside(rows),
    )


@pages.post("/mash/contacts/{contact}/decide")
async def send_decision(visit: Visit) -> Response:
    """Send it."""
    if visit.asked("outcome") not in set(Outcome):
        raise Refusal(404, {})
    return await visit.site.forms.send_own(visit, await _deciding(visit))


async def _deciding(visit: Visit) -> Asked:
    of, outcome = visit.request.path_params["contact"], Outcome(visit.asked("outcome"))
    rows = await _rows(visit, of)
    levels = await visit.calls.get("mash", "/levels-of-need")
    needed = (*_OF_EACH[:1], *_NEEDED.get(outcome, ()), *_OF_EACH[1:])

    def shape(fields: tuple[Field, ...]) -> tuple[Field, ...]:
        by_name = {one.name: one for one in fields}
        return tuple(replace(by_name[name], required=name not in _MAY_BE_LEFT) for name in needed)

    def adapt(body: dict[str, Any]) -> tuple[dict[str, Any], list[Wrong]]:
        # The team says first what is wrong with each answer, and only then what an outcome needs: here both are said at once.
        asked = shape(visit.site.forms.fields("mash.DecideContact"))
        wrong = [
            Wrong(one.name, one.missing, one.first_control)
            for one in asked
            if one.required and not body.get(one.name)
        ]
        return {"outcome": outcome.value, **body}, wrong

    return Asked(
        "mash.DecideContact",
        re=of,
        back=f"/mash/contacts/{of}",
        template="mash/decide.html",
        context={**_beside(rows), "outcome": outcome.value, "levels": levels},
        shape=shape,
        adapt=adapt,
    )


def _beside(rows: list[dict[str, Any]]) -> Mapping[str, Any]:
    """What was said, to be read beside a form."""
    return {"text": next((row["text"] for row in rows if row["text"]), None), "first": rows[0]}
