"""The home page, by role: what waits for this person, and what they have not finished. And drafts, as forms send them."""

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import JSONResponse, Response

from shared.pages.calls import Away, Refusal
from shared.pages.team import Panel
from shared.pages.visit import Visit, of_ours


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A form that waits to be finished."""

    title: str
    address: str
    form: str
    about: str
    saved_at: datetime
    kept_until: datetime


async def today(visit: Visit) -> Response:
    """What waits for this person today."""
    panels: list[Panel] = []
    missing = False
    for panel in visit.site.panels_of(visit.person.role):
        try:
            found = await panel(visit)
        except (Away, Refusal) as error:
            if isinstance(error, Refusal) and error.status == 401:
                raise
            missing = True
            continue
        if found is not None:
            panels.append(found)
    return visit.render(
        "home.html", title="Today", panels=panels, missing=missing, unfinished=await unfinished(visit)
    )


async def unfinished(visit: Visit) -> list[Unfinished]:
    """The forms that this person began and has not sent."""
    found = []
    for draft in await visit.site.drafts.all_of(visit.session.owner):
        said = visit.site.words.command(draft.form)
        address = of_ours((draft.answers.get("here") or [""])[0], "")
        if said is not None and address:
            found.append(
                Unfinished(said.title, address, draft.form, draft.about, draft.saved_at, draft.kept_until)
            )
    return found


async def autosave(visit: Visit) -> Response:
    """Keep what is being written; answers when."""
    form, about = visit.answer("form"), visit.answer("about")
    if not form or visit.site.words.command(form) is None:
        return JSONResponse({}, 400)
    await visit.keep(form, about, {**visit.own_answers(), "here": [of_ours(visit.answer("here"))]})
    return JSONResponse({"kept": True})


async def discard(visit: Visit) -> Response:
    """Throw away what was written."""
    await visit.discard(visit.answer("form"), visit.answer("about"))
    return visit.to("/")


async def stay(_visit: Visit) -> Response:
    """The person is still there: the idle time counts from now."""
    return JSONResponse({"signed_in": True})
