"""No lock of ours is one that any role of the database may take."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_ADVISORY = re.compile(r"pg_(try_)?advisory")


def test_nothing_takes_an_advisory_lock():
    """They belong to the whole database, and need no right: one service could stop another (ADR 27)."""
    sources = [
        path
        for folder in ("shared", "services", "deploy")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".sql"}
    ]
    assert len(sources) > 200
    taken = [str(path.relative_to(ROOT)) for path in sources if _ADVISORY.search(path.read_text())]
    assert taken == []
