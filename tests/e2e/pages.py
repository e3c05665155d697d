"""A browser that looks at the pages of a running stack, and sees what no test may let pass."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from deploy.local.chromium import chromium_program
from tests.e2e.conftest import ROOT, Stack

AXE = (ROOT / "tests/vendor/axe.min.js").read_text(encoding="utf-8")
WIDTHS = (1280, 320)
PICTURES = os.environ.get("SAFEGUARDING_PICTURES")
"""A folder in which every page that is looked at leaves a picture."""
_PAST_ITS_CONTAINER = """() => [...document.querySelectorAll('main *')].filter(one => {
  const own = one.getBoundingClientRect(), room = one.parentElement.getBoundingClientRect();
  return own.width > 1 && !one.closest('thead, .govuk-visually-hidden, .govuk-skip-link') && own.right > room.right + 1
    && getComputedStyle(one.parentElement).display !== 'inline';
}).map(one => one.outerHTML.slice(0, 120))"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, for one module of tests."""
    path = chromium_program()
    assert path is not None
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


class Desk:
    """One person at a browser of their own."""

    def __init__(self, browser: Browser, stack: Stack, *, javascript: bool = True) -> None:
        self.url = str(json.loads((stack.directory / "stack.json").read_text())["pages"])
        self.context: BrowserContext = browser.new_context(java_script_enabled=javascript)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.javascript = javascript
        self.complaints: list[str] = []
        self.places: set[str] = set()
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.places.add(urlsplit(request.url).netloc))

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:  # a form that is refused is no mistake
            self.complaints.append(text)

    def sign_in(self, who: str) -> None:
        """As one of the local sign-in's people."""
        self.page.goto(self.url)
        self.provider = urlsplit(self.page.url).netloc
        self.page.get_by_role("button", name=who).first.click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Today")

    def open(self, path: str) -> None:
        """A page by its address."""
        self.page.goto(self.url + path)

    def press(self, name: str) -> None:
        """A button, or a link that looks like one."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def look(self, name: str) -> None:
        """At the page in both widths: it fits, everything in it can be read by who does not see it, and it may be kept."""
        if not self.javascript:
            return
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            if PICTURES:
                self.page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
            room = self.page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            assert room[0] == room[1], f"{name} at {width}: wider than its window"
            past = self.page.evaluate(_PAST_ITS_CONTAINER)
            assert not past, f"{name} at {width}: {past}"
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        found = self.page.evaluate(f"{AXE};axe.run()")
        assert not found["violations"], [
            (one["id"], [node["html"][:150] for node in one["nodes"]]) for one in found["violations"]
        ]

    def leave(self) -> None:
        """Close it: nothing went anywhere else, and the browser had nothing to complain of."""
        self.context.close()
        assert self.complaints == []
        assert self.places <= {urlsplit(self.url).netloc, self.provider}


@contextmanager
def desk(browser: Browser, stack: Stack, who: str, *, javascript: bool = True) -> Iterator[Desk]:
    """Somebody signed in."""
    one = Desk(browser, stack, javascript=javascript)
    one.sign_in(who)
    yield one
    one.leave()
