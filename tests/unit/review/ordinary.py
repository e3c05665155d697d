"""A month of ordinary looks, made from a number: people who look at whom they work with, in office hours, a few a day."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from deploy.review.looks import Known, Look

FIRST = date(2026, 11, 2)
WORKING_DAYS = [date(2026, 11, day) for day in (2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20)]
ROLES = {
    "mash_screener": ("childrens_social_care", "mash"),
    "social_worker": ("childrens_social_care", "assessment"),
    "conference_chair": ("childrens_social_care", "conference"),
    "keyworker": ("family_wellbeing", "fws"),
    "police_officer": ("police", "mash"),
}
PEOPLE = [(UUID(int=1000 + n), role) for n, role in enumerate([*ROLES] * 6)]
MOST_CHILDREN = 6


def ordinary(count: int, number: int) -> tuple[list[Look], dict[Look, Known]]:
    """So many looks, in order, and how who looked stood to whom they opened; the same for the same number."""
    chance = Random(number)
    looks: list[Look] = []
    known: dict[Look, Known] = {}
    own = {person: [UUID(int=chance.getrandbits(64)) for _ in range(MOST_CHILDREN)] for person, _ in PEOPLE}
    moments = sorted(
        datetime(day.year, day.month, day.day, chance.randrange(8, 18), chance.randrange(60), tzinfo=UTC)
        for day in (chance.choice(WORKING_DAYS) for _ in range(count))
    )
    for position, at in enumerate(moments, 1):
        person, role = chance.choice(PEOPLE)
        agency, team = ROLES[role]
        listed = chance.random() < 0.3
        children = tuple(own[person]) if listed else (chance.choice(own[person]),)
        look = Look(
            service=team,
            position=position,
            at=at,
            person=person,
            role=role,
            agency=agency,
            organisation=None,
            action=f"read:worklist:{team}" if listed else "read:chronology",
            purpose="safeguarding",
            children=children,
            outcome="refused" if chance.random() < 0.01 else "shown",
        )
        looks.append(look)
        known[look] = Known(
            named=chance.random() < 0.5,
            teams=frozenset({team}),
            agency=True,
            recorded=at - timedelta(days=chance.randrange(1, 200)),
        )
    return looks, known
