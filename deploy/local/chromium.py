"""The browser that tests look at the pages with: the machine's own, nothing is fetched."""

import shutil
from typing import Final

INSTALL: Final = "apt-get install --no-install-recommends chromium fonts-dejavu-core fonts-liberation2"
"""How a Debian gets it."""


def chromium_program() -> str | None:
    """Where it is; None: this machine has none."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path), None)


def why_no_browser() -> str | None:
    """Why tests cannot look at the pages here; None where they can."""
    return None if chromium_program() else f"there is no chromium: {INSTALL}"
