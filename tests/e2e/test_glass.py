"""What is restricted opens to who breaks the glass, for hours, and another manager is asked to look (E4)."""

import time
from typing import Any

from tests.e2e.conftest import CONTACT, Stack
from tests.e2e.test_who_looked import last_look

PATIENCE = 30


TITLE = "A contact was made and is restricted"


def shown(stack: Stack, child: str, who: str, title: str, after: int | None = None) -> dict[str, Any]:
    """The contact's entry, once this reader is shown it under such a title."""
    end = time.monotonic() + PATIENCE
    asked = {} if after is None else {"after": after}
    while time.monotonic() < end:
        answer = stack.get("chronology", f"/children/{child}/chronology", who, **asked)
        items = answer.json().get("items", []) if answer.status_code == 200 else []
        for entry in items:
            if entry["title"].startswith(title):
                return dict(entry)
        time.sleep(0.1)
    raise AssertionError(f"nothing is shown as {title}")


async def test_broken_glass_opens_what_is_restricted_and_waits_for_another_manager(stack: Stack) -> None:
    child = stack.child("Una Test")
    manager = stack.token("mash_manager", "childrens_social_care", "Ana Lim")
    worker = stack.token("social_worker", "childrens_social_care", "Mia Dunn")
    named = stack.token("social_worker", "childrens_social_care", "Ola Named")
    other = stack.token("team_manager", "childrens_social_care", "Kay Reed")
    step = stack.send("mash.ReceiveContact", manager, {"about": [child], "with": CONTACT}).json()["id"]
    assert shown(stack, child, worker, "Contact received")["text"]

    said = {"named": ["Ola Named"], "reason": "A teacher of hers is named in it."}
    answer = stack.send("mash.RestrictContact", manager, {"re": step, "with": said})
    assert answer.status_code == 200, answer.text
    # Only who has signed in is known to be the person that is named, and not somebody of the same name.
    stack.http.post(f"{stack.urls['people']}/sign-in", headers=stack.headers(named))
    closed = shown(stack, child, worker, TITLE)
    assert (closed["depth"], closed["text"]) == ("title", None)
    assert "event" not in closed
    assert shown(stack, child, manager, "Contact received")["text"]
    assert shown(stack, child, named, "Contact received")["text"]

    glass = {"reason": "immediate_risk", "said": "The teacher has him at home tonight."}
    partner = stack.token("police_officer", "police", "PC Hale")
    refused = stack.send("chronology.BreakGlass", partner, {"about": [child], "with": glass})
    assert refused.status_code == 403, refused.text
    opened = stack.send("chronology.BreakGlass", worker, {"about": [child], "with": glass})
    assert opened.status_code == 200, opened.text
    whole = shown(stack, child, worker, "Contact received", opened.json()["position"])
    assert any(words == CONTACT["worries"] for _, words in whole["text"])
    look = await last_look(stack, "chronology", child)
    assert "glass-is-broken" in look["by_policy"]
    shown(stack, child, stack.token("social_worker", "childrens_social_care", "Jo Bell"), TITLE)

    [waiting] = [
        row for row in stack.get("chronology", "/glass", other).json()["items"] if row["child"] == child
    ]
    assert (waiting["reason"], waiting["text"]["said"]) == ("immediate_risk", glass["said"])
    verdict = {"verdict": "justified", "note": "He was at risk."}
    own = stack.send("chronology.ReviewAccess", worker, {"re": waiting["access"], "with": verdict})
    assert own.status_code == 403
    done = stack.send("chronology.ReviewAccess", other, {"re": waiting["access"], "with": verdict})
    assert done.status_code == 200, done.text
    after = done.json()["position"]
    left = stack.get("chronology", "/glass", other, after=after).json()["items"]
    assert child not in {row["child"] for row in left}
