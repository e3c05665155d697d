"""How many of the records that are of one person are put before somebody, and how many of those put before somebody are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.people.matching.compare import WORTH_A_LOOK, Known, compare, known_of
from services.people.matching.keys import NUMBERS, TOGETHER, born_key, name_keys, near_days, number_key
from tests.benchmarks.figures import Figure, Findings, Table
from tests.benchmarks.make_duplicate_pairs import Pair, Person, read

RECALL: Final = 0.9
PRECISION: Final = 0.95


@dataclass(frozen=True)
class Judged:
    """A pair, how alike the two are held to be, and whether that is put before a person."""

    pair: Pair
    score: int
    flagged: bool


def judged(pairs: Sequence[Pair]) -> list[Judged]:
    """Each pair as the service judges it: it must be looked up by one key at least, and be alike enough."""
    found = []
    for pair in pairs:
        one, other = known(pair.one), known(pair.other)
        match = compare(one, other)
        met = bool(looked_up_by(one) & held(other))
        found.append(Judged(pair, match.score, flagged=met and match.worth_a_look))
    return found


def known(person: Person) -> Known:
    """What is known of one of the two."""
    said = {"name": person.name, "born": person.born, "nhs_number": person.nhs_number, "lines": [person.home]}
    return known_of([said])


def held(known: Known) -> set[str]:
    """The keys that a record is found by."""
    keys = {key.text for key in name_keys(*known.names)} | known.homes
    keys |= {born_key(known.born).text} if known.born else set()
    return keys | {number_key(kind, number).text for kind in NUMBERS if (number := getattr(known, kind))}


def looked_up_by(known: Known) -> set[str]:
    """The keys that it is looked up by when it is registered."""
    near = {born_key(day).text for day in near_days(known.born)} if known.born else set()
    return near | {
        key
        for key in held(known)
        if key.startswith(TOGETHER) or not key.startswith(("word", "form", "sound"))
    }


def recall(found: Sequence[Judged]) -> float:
    """Of those who are one, the part that is put before a person."""
    same = [one for one in found if one.pair.same]
    return sum(one.flagged for one in same) / len(same)


def precision(found: Sequence[Judged]) -> float:
    """Of what is put before a person, the part that is one."""
    flagged = [one for one in found if one.flagged]
    return sum(one.pair.same for one in flagged) / len(flagged)


async def measure(*, quick: bool) -> Findings:
    """The whole benchmark; it has one size."""
    del quick
    found = judged(read())
    kinds: dict[tuple[bool, str], list[Judged]] = {}
    for one in found:
        kinds.setdefault((one.pair.same, one.pair.how), []).append(one)
    rows = tuple(
        (
            how.replace("_", " "),
            "one person" if same else "two people",
            str(len(of_them)),
            str(sum(one.flagged for one in of_them)),
        )
        for (same, how), of_them in kinds.items()
    )
    how = (
        f"{len(found)} made pairs of records (tests/benchmarks/duplicate_pairs.csv), half of them of one person, judged by "
        f"the code that judges registrations: flagged from a score of {WORTH_A_LOOK} on."
    )
    figures = [
        Figure("of the records that are of one person, flagged", (recall(found),), RECALL, unit="of 1"),
        Figure("of the pairs flagged, of one person", (precision(found),), PRECISION, unit="of 1"),
    ]
    table = Table("Flagged, by what the two records are", ("what", "is", "pairs", "flagged"), rows)
    return Findings("Possible duplicates", how, figures, [table])
