"""Writes a new calendar edition from the bank holidays GOV.UK publishes. A maintainer's tool, run when they change.

    python -m deploy.generate.calendar_snapshot EW-2027-11 --in-force-from 2027-11-01

It takes the copy inside the `govuk-bank-holidays` package, so upgrade that first; `--fetch` asks GOV.UK instead.
Beside the edition it writes a provisional one, `EW-2027-11-provisional`, that goes on by rule where the published days
end.
Services never run this and never fetch: they read the files it wrote, which are reviewed like code.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Final

from govuk_bank_holidays.bank_holidays import BankHolidays

from deploy.generate.bank_holidays import reckoned
from shared.domain.working_days import EDITIONS, PROVISIONAL, EditionFile, load_calendars

_CORONATION = date(2023, 5, 8)  # some sources miss this one-off day: a source without it is not trusted
YEARS_BEYOND: Final = 20
"""How many years a provisional edition goes on by rule: longer than any limit, and than a child's childhood."""


_LEAST_A_YEAR = 8  # England and Wales have had at least eight bank holidays in every year since 1978


def bank_holidays(*, fetch: bool = False) -> dict[date, str]:
    """The bank holidays of England and Wales by day, in order. Raises ValueError when a year is incomplete."""
    source = BankHolidays(use_cached_holidays=not fetch)
    found = source.get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    named = {one["date"]: one["title"] + (f" ({one['notes']})" if one["notes"] else "") for one in found}
    years = [day.year for day in named]
    short = [year for year in range(min(years), max(years) + 1) if years.count(year) < _LEAST_A_YEAR]
    if short:
        raise ValueError(
            f"the source has fewer than {_LEAST_A_YEAR} bank holidays in {short}: it is incomplete"
        )
    if _CORONATION not in named:
        raise ValueError(f"the source lacks the bank holiday of {_CORONATION}: it is incomplete")
    return dict(sorted(named.items()))


def snapshot(edition: str, in_force_from: date, folder: Path, *, fetch: bool = False) -> Path:
    """Writes the edition's file and answers its path. Raises FileExistsError: an edition is never changed."""
    named = bank_holidays(fetch=fetch)
    origin = "fetched" if fetch else "as packaged"
    content = {
        "edition": edition,
        "division": BankHolidays.ENGLAND_AND_WALES,
        "source": f"GOV.UK bank holidays, {origin} by govuk-bank-holidays {version('govuk-bank-holidays')}",
        "in_force_from": in_force_from.isoformat(),
        "covers_from": date(min(named).year, 1, 1).isoformat(),
        "covers_to": date(max(named).year, 12, 31).isoformat(),
        "bank_holidays": {day.isoformat(): name for day, name in named.items()},
    }
    return _write(folder / f"{edition}.json", content)


def provisional(edition: str, folder: Path) -> Path:
    """Writes the file that goes on by rule where that edition ends, and answers its path.

    Raises FileExistsError: an edition is never changed.
    """
    extended = EditionFile.model_validate_json((folder / f"{edition}.json").read_bytes(), strict=True)
    first = extended.covers_to.year + 1
    days = {day: name for year in range(first, first + YEARS_BEYOND) for day, name in reckoned(year).items()}
    content = {
        "edition": f"{edition}{PROVISIONAL}",
        "provisional": True,
        "extends": edition,
        "division": extended.division,
        "source": "reckoned by rule (deploy/generate/bank_holidays.py): what is proclaimed may move it",
        "in_force_from": extended.in_force_from.isoformat(),
        "covers_from": date(first, 1, 1).isoformat(),
        "covers_to": date(first + YEARS_BEYOND - 1, 12, 31).isoformat(),
        "bank_holidays": {day.isoformat(): name for day, name in days.items()},
    }
    return _write(folder / f"{edition}{PROVISIONAL}.json", content)


def _write(path: Path, content: Mapping[str, object]) -> Path:
    with path.open("x", encoding="utf-8") as file:
        file.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    return path


def main(arguments: list[str] | None = None) -> int:
    """The command line. Answers 0, or 1 with a sentence on what is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.generate.calendar_snapshot", description=__doc__.split("\n")[0]
    )
    parser.add_argument("edition", help="its name and file name, such as EW-2027-11")
    parser.add_argument(
        "--in-force-from", type=date.fromisoformat, required=True, help="facts from this day use it"
    )
    parser.add_argument("--folder", type=Path, default=EDITIONS, help="where editions are kept")
    parser.add_argument("--fetch", action="store_true", help="ask GOV.UK instead of the packaged copy")
    asked = parser.parse_args(arguments)
    try:
        written = [snapshot(asked.edition, asked.in_force_from, asked.folder, fetch=asked.fetch)]
    except FileExistsError:
        print(f"edition {asked.edition} exists and editions never change: choose a new name", file=sys.stderr)
        return 1
    except ValueError as error:
        print(f"no edition written: {error}", file=sys.stderr)
        return 1
    try:
        written.append(provisional(asked.edition, asked.folder))
        load_calendars(asked.folder)
    except (ValueError, FileExistsError) as error:
        for path in written:  # a file that cannot be loaded beside the others would stop every service
            path.unlink()
        print(f"no edition written: {error}", file=sys.stderr)
        return 1
    for path in written:
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
