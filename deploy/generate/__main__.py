"""Makes everything that is made from the code: golden files of new events, JSON Schemas, and all pages.

    python -m deploy.generate            # `make generate` says the same
    python -m deploy.generate --check    # changes nothing, and says which files differ

A golden file is never changed once it stands. A change of an event that what is stored already would not fit is refused.
"""

import argparse
import sys
from collections.abc import Sequence

from deploy.generate.event_schemas import Incompatible
from deploy.generate.everything import ROOT, stale, write
from deploy.generate.markdown import NoPlace


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Answers 0, or 1 where something differs or cannot be made."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.generate", description=__doc__.split("\n", maxsplit=1)[0]
    )
    parser.add_argument("--check", action="store_true", help="change nothing, and say which files differ")
    asked = parser.parse_args(arguments)
    try:
        if asked.check:
            found = stale()
            for path in found:
                print(f"{path.relative_to(ROOT)} is not as the code says: run `make generate`")
            return 1 if found else 0
        for path in write():
            print(f"wrote {path.relative_to(ROOT)}")
    except (Incompatible, NoPlace) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
