"""Fetches the files of others that pages send to browsers, fits them, and writes them where they are committed.

    python -m deploy.pages.vendor

needs `npm` on a developer's machine; nothing that runs the platform does. What is fetched must have the digest that
`vendor.lock.json` names, and a test sees that the committed files are as the lock says.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = Path(__file__).with_name("vendor.lock.json")
FONTS: Final = '"Helvetica Neue",Arial,"DejaVu Sans",sans-serif'
"""In place of GDS Transport, which only services on gov.uk may use."""


class Wanted(NamedTuple):
    """A file of a package, where it goes, and how it is fitted."""

    package: str
    file: str
    place: str
    fit: Callable[[str], str]


def as_it_is(text: str) -> str:
    """Without a pointer to a source map that is not here."""
    return re.sub(r"\n?/[/*][#@] sourceMappingURL=[^\n*]*(\*/)?", "", text)


def without_fonts(text: str) -> str:
    """GOV.UK's style sheet without its fonts and its crest: neither may be used by others, nor is fetched."""
    text = re.sub(r"@font-face\{[^}]*\}", "", as_it_is(text))
    text = re.sub(r'"?GDS Transport"?,\s*arial,\s*sans-serif', FONTS, text)
    return re.sub(r"url\([^)]*\)", "none", text)


WANTED: Final = (
    Wanted(
        "govuk-frontend", "dist/govuk/govuk-frontend.min.css", "shared/pages/static/govuk.css", without_fonts
    ),
    Wanted("govuk-frontend", "dist/govuk/govuk-frontend.min.js", "shared/pages/static/govuk.js", as_it_is),
    Wanted("htmx.org", "dist/htmx.min.js", "shared/pages/static/htmx.js", as_it_is),
    Wanted("axe-core", "axe.min.js", "tests/vendor/axe.min.js", as_it_is),
)


def digest(path: Path) -> str:
    """SHA-256 of a file, as the lock has it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """Fetch, fit and write everything; then the digests of what was written into the lock."""
    lock = json.loads(LOCK.read_text())
    for name, package in lock["packages"].items():
        with tempfile.TemporaryDirectory() as folder:
            archive = _fetched(name, package["version"], Path(folder))
            found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
            if found != package["integrity"]:
                print(f"{name} {package['version']} is not the package that the lock names", file=sys.stderr)
                return 1
            with tarfile.open(archive) as opened:
                for wanted in WANTED:
                    if wanted.package == name:
                        _write(opened, wanted)
    lock["files"] = {wanted.place: digest(ROOT / wanted.place) for wanted in WANTED}
    LOCK.write_text(json.dumps(lock, indent=2) + "\n")
    return 0


def _fetched(name: str, version: str, folder: Path) -> Path:
    subprocess.run(
        ["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )
    (archive,) = folder.glob("*.tgz")
    return archive


def _write(archive: tarfile.TarFile, wanted: Wanted) -> None:
    member = archive.extractfile(f"package/{wanted.file}")
    assert member is not None
    place = ROOT / wanted.place
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(wanted.fit(member.read().decode()))


if __name__ == "__main__":
    raise SystemExit(main())
