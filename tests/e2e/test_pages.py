"""The front door's pages in a browser: a contact from its receipt to its decision, by people who each see their own."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import CONTACT, Stack
from tests.e2e.pages import Desk, chromium, desk

pytestmark = pytest.mark.browser
SCREENER, MANAGER = "Example mash screener", "Example mash manager"
COLLEAGUE = "Example mash social worker"
WORRIES = "Says that he is hungry every day."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


def contact(stack: Stack) -> tuple[str, str]:
    """A contact about a child whom every team knows; its id, and the child."""
    child = stack.child()
    officer = stack.token("police_officer", "police")
    answer = stack.send("mash.ReceiveContact", officer, {"about": [child], "with": CONTACT})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"]), child


def one_of(at: Desk, question: str, answer: str) -> None:
    at.page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()


def test_a_contact_from_receipt_to_decision(browser: Browser, stack: Stack) -> None:
    of, _ = contact(stack)
    with desk(browser, stack, SCREENER) as at:
        at.look("home-screener")
        at.page.get_by_role("link", name="Front door", exact=True).click()
        expect(at.page.get_by_role("heading", level=1)).to_have_text("Front door")
        at.look("worklist")
        at.open(f"/mash/contacts/{of}")
        expect(at.page.get_by_text(str(CONTACT["worries"]))).to_be_visible()
        at.look("contact")
        at.press("Screen contact")
        at.press("Save screening")
        alert = at.page.get_by_role("alert")
        expect(alert.get_by_role("link", name="Say of each child whether they care")).to_be_visible()
        at.look("screen-errors")
        one_of(at, "Does Kit Test", "No")
        at.press("Save screening")
        expect(alert.get_by_role("link", name="Choose what this may be")).to_be_visible()
        expect(
            at.page.get_by_role("group", name="Does Kit Test").get_by_label("No", exact=True)
        ).to_be_checked()
        one_of(at, "What may this be?", "Child in need")
        at.press("Save screening")
        expect(at.page.get_by_role("status").first).to_contain_text("The contact was screened.")
        at.look("contact-screened")
        at.page.get_by_text("What others do").click()
        others = at.page.get_by_role("listitem").filter(has_text="Decide contact")
        expect(others).to_contain_text("M7")
        # Whoever asks for the form all the same is refused with the reason, and what was written is not lost.
        at.open(f"/mash/contacts/{of}/decide?outcome=no_further_action")
        one_of(at, "Level of need", "Level 1, universal")
        at.page.get_by_label("Why?").fill("Nothing to add.")
        at.press("Decide")
        expect(at.page.get_by_role("alert")).to_contain_text("M7")
        expect(at.page.get_by_label("Why?")).to_have_value("Nothing to add.")
        at.look("refused")
    stack.heads()  # the chronology has heard of it
    with desk(browser, stack, MANAGER) as at:
        at.open(f"/mash/contacts/{of}")
        at.page.get_by_role("link", name="Kit Test").click()
        expect(at.page.get_by_text(str(CONTACT["worries"]))).to_be_visible()
        at.look("chronology")
        at.page.get_by_label("Weight").select_option(label="Critical")
        expect(at.page.get_by_text("No entry is like that.")).to_be_visible()
        at.look("chronology-filtered-empty")
        at.open(f"/mash/contacts/{of}")
        at.press("Decide contact")
        at.look("outcome")
        at.press("Go on")
        expect(at.page.get_by_role("alert")).to_contain_text("Choose what is decided")
        at.page.get_by_label("Referral accepted").check()
        at.press("Go on")
        at.press("Decide")
        for message in ("Choose the level of need", "Choose the primary need", "Write why"):
            expect(at.page.get_by_role("alert")).to_contain_text(message)
        at.look("decide-errors")
        one_of(at, "Level of need", "Level 4, statutory help")
        at.page.get_by_label("Primary need").select_option(label="Abuse, neglect and exploitation")
        at.page.get_by_label("Why?").fill("Alone after dark, and hungry.")
        at.press("Decide")
        expect(at.page.get_by_role("status").first).to_contain_text("The contact was decided.")
        expect(at.page.get_by_role("button", name="Tell the referrer")).to_be_visible()
        at.look("contact-decided")
    row = stack.get("mash", "/worklist", stack.token("mash_manager", "childrens_social_care"), contact=of)
    assert [one["outcome"] for one in row.json()["items"]] == ["referral_accepted"]


def test_without_javascript_a_contact_is_taken_in_and_told(browser: Browser, stack: Stack) -> None:
    with desk(browser, stack, SCREENER, javascript=False) as at:
        at.press("New contact")
        at.press("Send contact")
        expect(at.page.get_by_role("alert")).to_contain_text("Enter the child's name")
        children = at.page.get_by_role("group", name="Children", exact=True)
        children.get_by_label("Name").fill("Theo Marsh")
        at.press("Send contact")
        expect(at.page.get_by_role("alert")).to_contain_text("Write what is worrying")
        at.page.get_by_label("Who told us?").select_option(label="A school")
        at.page.get_by_label("What is worrying?").fill(WORRIES)
        at.press("Send contact")
        expect(at.page.get_by_role("alert")).to_contain_text("Enter the name of who told us")
        told_by = at.page.get_by_role("group", name="The person who told us", exact=True)
        told_by.get_by_label("Name").fill("Jo Day")
        at.press("Add another")
        expect(at.page.get_by_label("What is worrying?")).to_have_value(WORRIES)
        at.press("Send contact")
        expect(at.page.get_by_role("status").first).to_contain_text("The contact was received.")
        expect(at.page.get_by_text(WORRIES)).to_be_visible()
        expect(at.page.get_by_text("Theo Marsh")).to_be_visible()


def test_a_form_of_its_own_kind_and_a_draft_that_waits(browser: Browser, stack: Stack) -> None:
    of, _ = contact(stack)
    with desk(browser, stack, MANAGER) as at:
        at.open("/mash/contacts/new")
        at.look("new-contact")
        at.open(f"/mash/contacts/{of}")
        at.page.get_by_role("link", name="Hold contact for more information").click()
        at.look("generic-form")
        at.page.get_by_label("What is missing?").fill("What the school knows.")
        expect(at.page.get_by_text("Draft kept at")).to_be_visible()
        at.open("/")
        at.look("home-unfinished")
        at.page.locator(f"main a[href*='{of}']", has_text="Hold contact").click()
        expect(at.page.get_by_label("What is missing?")).to_have_value("What the school knows.")
        at.press("Hold contact")
        expect(at.page.get_by_role("status").first).to_contain_text("The contact is held")
        at.open("/")
        expect(at.page.locator(f"main a[href*='{of}']", has_text="Hold contact")).to_have_count(0)


def test_a_colleague_at_the_same_browser_sees_nothing_of_the_one_before(
    browser: Browser, stack: Stack
) -> None:
    of, _ = contact(stack)
    with desk(browser, stack, MANAGER) as at:
        at.open(f"/do/mash.HoldContact?re={of}&back=/mash")
        at.page.get_by_label("What is missing?").fill("A word of the manager's own.")
        expect(at.page.get_by_text("Draft kept at")).to_be_visible()
        at.press("Sign out")
        expect(at.page.get_by_role("heading", level=1)).to_have_text("You have signed out")
        at.look("signed-out")
        assert at.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        at.page.go_back()
        expect(at.page.get_by_text("A word of the manager's own.")).to_have_count(0)
        at.sign_in(COLLEAGUE)
        expect(at.page.get_by_text("You have nothing unfinished.")).to_be_visible()
        at.open(f"/do/mash.HoldContact?re={of}&back=/mash")
        expect(at.page.get_by_label("What is missing?")).to_have_value("")


def test_a_forged_form_is_not_taken_and_nobody_finds_what_is_not_there(
    browser: Browser, stack: Stack
) -> None:
    of, _ = contact(stack)
    with desk(browser, stack, MANAGER) as at:
        forged = at.page.request.post(
            f"{at.url}/do/mash.HoldContact?re={of}", form={"reason": "x", "csrf": "x"}
        )
        assert forged.status == 403
        policy = at.page.request.get(f"{at.url}/mash").headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "nonce" not in policy
        at.open(f"/mash/contacts/{of[:-4]}0000")
        expect(at.page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
        at.look("nothing")
        assert urlsplit(at.page.url).query == ""
