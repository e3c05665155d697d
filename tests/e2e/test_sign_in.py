"""Who somebody is, on a running stack: by issuer and subject, also before People's word of it has come."""

import uuid
from typing import Any

from shared.crypto.secret_files import read_key
from shared.domain.actors import professional_id
from tests.e2e.conftest import CONTACT, Stack

SOCIAL_CARE = "childrens_social_care"


def done(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def named(stack: Stack, name: str) -> str:
    """The id of whoever is named so in social care."""
    return str(professional_id(read_key(stack.directory / "secrets" / "names.key"), name, SOCIAL_CARE))


def signs_in(stack: Stack, who: str) -> dict[str, Any]:
    answer = stack.http.post(f"{stack.urls['people']}/sign-in", headers=stack.headers(who))
    assert answer.status_code == 200, answer.text
    stack.heads()  # every team has heard of it
    return dict(answer.json())


def test_who_was_named_before_is_the_first_to_sign_in_under_the_name_and_stays_so(stack: Stack) -> None:
    mia = stack.token("social_worker", SOCIAL_CARE, "Mia Dunn-Bell", sub="mia")
    assert signs_in(stack, mia) == {"professional": named(stack, "Mia Dunn-Bell"), "same_name": False}
    assert signs_in(stack, mia)["professional"] == named(stack, "Mia Dunn-Bell")
    # A display name is edited by anybody: it makes nobody somebody else.
    renamed = stack.token("social_worker", SOCIAL_CARE, "Moira Hill-Bell", sub="mia")
    assert signs_in(stack, renamed) == {"professional": named(stack, "Mia Dunn-Bell"), "same_name": False}
    # And takes nobody's place.
    moira = stack.token("team_manager", SOCIAL_CARE, "Moira Hill-Bell", sub="moira")
    assert signs_in(stack, moira)["professional"] == named(stack, "Moira Hill-Bell")


def test_a_second_of_one_name_is_somebody_else_and_business_support_is_told(stack: Stack) -> None:
    first = stack.token("social_worker", SOCIAL_CARE, "John Smith", sub="john-1")
    second = stack.token("social_worker", SOCIAL_CARE, "JOHN  smith", sub="john-2")
    assert signs_in(stack, first)["same_name"] is False
    own = signs_in(stack, second)
    assert own["same_name"] is True
    assert own["professional"] != named(stack, "John Smith")
    assert signs_in(stack, second) == own
    clerk = stack.token("business_support", SOCIAL_CARE)
    who = stack.get("people", f"/professionals/{own['professional']}", clerk)
    assert who.json()["text"]["name"] == "JOHN  smith"
    tasks = [
        each
        for each in stack.get("people", "/tasks", clerk).json()["items"]
        if each["reason"] == "same_name" and each["regarding"] == own["professional"]
    ]
    assert [(each["role"], each["child"]) for each in tasks] == [("business_support", None)]
    answer = {"re": tasks[0]["task"], "with": {"done": "Two people; told both."}}
    done(stack.send("people.CompleteTask", clerk, answer))


def test_what_somebody_did_before_they_signed_in_is_theirs_and_not_their_namesakes(stack: Stack) -> None:
    child = stack.child("Sia Test")
    worker = stack.token("mash_screener", SOCIAL_CARE, "Jo Bell-Hart", sub="jo-1")
    contact = done(stack.send("mash.ReceiveContact", worker, {"about": [child], "with": CONTACT}))

    def puts_right(who: str, worries: str) -> Any:
        fields = {"reason": "A slip.", "fields": {"worries": worries}}
        return stack.send("mash.CorrectRecord", who, {"re": contact, "with": fields})

    namesake = stack.token("mash_screener", SOCIAL_CARE, "Jo Bell-Hart", sub="jo-2")
    refusal = puts_right(namesake, "Nothing at all.")
    assert (refusal.status_code, refusal.json()["rules"]) == (403, ["E9"])
    signs_in(stack, worker)
    assert signs_in(stack, namesake)["same_name"] is True
    assert puts_right(namesake, "Nothing at all.").status_code == 403
    renamed = stack.token("mash_screener", SOCIAL_CARE, "Jo Hart", sub="jo-1")
    done(puts_right(renamed, "Alone at home after midnight."))


def test_nobody_audits_their_own_work_under_another_display_name(stack: Stack) -> None:
    child = stack.child("Suki Test")
    officer = stack.token("police_officer", "police", "PC Hale")
    contact = done(stack.send("mash.ReceiveContact", officer, {"about": [child], "with": CONTACT}))
    manager = stack.token("mash_manager", SOCIAL_CARE, "Ana Reid", sub="ana")
    held = done(
        stack.send("mash.HoldContact", manager, {"re": contact, "with": {"reason": "The GP is closed."}})
    )
    audit = {"re": held, "with": {"what": "threshold_decision", "findings": "Sound."}}
    renamed = stack.token("mash_manager", SOCIAL_CARE, "Anabel Reid", sub="ana")
    refused = stack.send("mash.RecordAudit", renamed, audit)
    assert (refused.status_code, refused.json()["rules"]) == (409, ["E10"])
    signs_in(stack, manager)
    refused = stack.send(
        "mash.RecordAudit", renamed, audit
    )  # the act stands under the sign-in, and is still theirs
    assert (refused.status_code, refused.json()["rules"]) == (409, ["E10"])
    other = stack.token("mash_manager", SOCIAL_CARE, "Ana Reid", sub="another-ana")
    signs_in(stack, other)
    done(stack.send("mash.RecordAudit", other, audit))


def test_a_key_is_the_senders_own_before_and_after_they_signed_in(stack: Stack) -> None:
    child = stack.child("Seb Test")
    body = {"about": [child], "with": CONTACT}
    first = stack.token("social_worker", SOCIAL_CARE, "Sarah Jones", sub="sarah-1")
    namesake = stack.token("social_worker", SOCIAL_CARE, "sarah JONES", sub="sarah-2")
    sent = stack.send("mash.ReceiveContact", first, body, key="2026-11-24-1").json()
    other = stack.send("mash.ReceiveContact", namesake, body, key="2026-11-24-1").json()
    assert (sent["again"], other["again"]) == (False, False)
    assert sent["id"] != other["id"]
    signs_in(stack, first)
    again = stack.send("mash.ReceiveContact", first, body, key="2026-11-24-1").json()
    assert (again["again"], again["id"]) == (True, sent["id"])


def test_of_many_who_sign_in_at_once_under_one_name_one_is_who_was_named(stack: Stack) -> None:
    from concurrent.futures import ThreadPoolExecutor

    tokens = [
        stack.token("social_worker", SOCIAL_CARE, "Una Frost", sub=str(uuid.uuid4())) for _ in range(12)
    ]
    with ThreadPoolExecutor(12) as many:
        answers = list(
            many.map(
                lambda who: stack.http.post(f"{stack.urls['people']}/sign-in", headers=stack.headers(who)),
                tokens,
            )
        )
    assert {each.status_code for each in answers} == {200}
    ids = [each.json()["professional"] for each in answers]
    assert len(set(ids)) == 12
    assert ids.count(named(stack, "Una Frost")) == 1


def test_a_program_is_nobodys_colleague(stack: Stack) -> None:
    before = stack.heads()["people"]
    answer = signs_in(stack, stack.token("police_system", "police"))
    assert answer["same_name"] is False
    assert stack.heads()["people"] == before
