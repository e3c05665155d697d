"""What happens at a borough's front door in a month: made up, the same for the same number. Pure.

Contacts come mostly in office hours, some at night and at weekends; most are decided in time, some late; a fifth become
referrals, whose children are seen and assessed, some not in time. Every name is made up.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, Final

from deploy.play.case_types import By
from shared.domain.instants import london, utc

CARE: Final = "childrens_social_care"
FIRST_DAY: Final = date(2026, 5, 1)
DAYS: Final = 31
"""May 2026, with two bank holidays."""

REGISTRAR: Final = By("Robin Page", "business_support", CARE)
SCREENERS: Final = tuple(By(name, "mash_screener", CARE) for name in ("Jo Bell", "Asha Rao"))
HUB_WORKERS: Final = tuple(By(name, "mash_social_worker", CARE) for name in ("Sam Ode", "Lee Kay"))
HUB_MANAGERS: Final = tuple(By(name, "mash_manager", CARE) for name in ("Ana Lim", "Gus Tye"))
MANAGERS: Final = tuple(By(name, "team_manager", CARE) for name in ("Ravi Cole", "Ida Moss"))
WORKERS: Final = tuple(
    By(name, "social_worker", CARE) for name in ("Mia Dunn", "Tom Ash", "Eve Orr", "Ben Fry")
)
REFERRERS: Final = (
    (By("L. Shaw", "designated_safeguarding_lead", "education"), "2A"),
    (By("PC Hale", "police_officer", "police"), "6"),
    (By("N. Roy", "health_practitioner", "health"), "3A"),
    (By("H. Finch", "housing_officer", "housing"), "4"),
)
STAFF: Final = (
    REGISTRAR,
    *SCREENERS,
    *HUB_WORKERS,
    *HUB_MANAGERS,
    *MANAGERS,
    *WORKERS,
    *(by for by, _ in REFERRERS),
)
"""Everybody who does something."""

_NO_REFERRAL: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    ("advice_and_information", {}),
    ("no_further_action", {}),
    ("signposted", {"service": "The young people's centre"}),
)


@dataclass(frozen=True, slots=True)
class Errand:
    """One command of somebody, at the full hour; `child` and `contact` are numbers of this month."""

    at: datetime
    order: int
    key: str
    do: str
    by: By
    child: int
    contact: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    about: bool = False
    """Whether it is about the child; else it is addressed to the contact, where there is one."""


def errands(contacts: int, seed: int) -> list[Errand]:
    """The month, in the order in which it is played."""
    chance = random.Random(seed)  # noqa: S311 - made-up histories, the same for the same number
    found: list[Errand] = []
    children = 0
    for number, received in enumerate(sorted(_received(chance) for _ in range(contacts)), 1):
        known = children > 0 and chance.random() < 0.1
        if known:
            child = chance.randint(1, children)
        else:
            children = child = children + 1
        if not known:
            found.append(_registered(child, received, chance))
        found += _contact(number, child, received, chance)
    end = _at(DAYS, 0)
    return sorted((one for one in found if one.at < end), key=lambda one: (one.at, one.order, one.key))


def _at(day: int, hour: int) -> datetime:
    moment = FIRST_DAY + timedelta(days=day)
    return utc(london(moment.year, moment.month, moment.day, hour))


def _received(chance: random.Random) -> datetime:
    day = chance.randrange(DAYS)
    weekend = (FIRST_DAY + timedelta(days=day)).weekday() > 4
    if weekend and chance.random() < 0.7:
        day = (day + 2) % DAYS
    return _at(day, chance.randint(9, 16) if chance.random() < 0.85 else chance.randint(18, 23))


def _registered(child: int, at: datetime, chance: random.Random) -> Errand:
    born = date(chance.randint(2009, 2025), chance.randint(1, 12), chance.randint(1, 28))
    said = {
        "kind": "child",
        "name": f"Child {child} Test",
        "born": born.isoformat(),
        "sex": chance.choice("FM"),
    }
    return Errand(at, 0, f"child/{child}", "people.RegisterPerson", REGISTRAR, child, fields=said)


def _contact(number: int, child: int, received: datetime, chance: random.Random) -> Iterator[Errand]:
    """A contact from its receipt to the word to its referrer, and what follows where it is a referral."""
    order = count(2)

    def errand(hours: float, what: str, do: str, by: By, **fields: Any) -> Errand:
        at = received + timedelta(hours=round(hours))
        about = do.startswith("assessment.")
        key = f"contact/{number}/{what}"
        return Errand(at, next(order), key, do, by, child, None if about else number, fields, about)

    referrer, source = chance.choice(REFERRERS)
    yield Errand(
        received,
        1,
        f"contact/{number}/received",
        "mash.ReceiveContact",
        referrer,
        child,
        number,
        {
            "source": source,
            "referrer": {"name": referrer.name, "agency": referrer.agency, "contact": "020 7946 0000"},
            "worries": "Made up: a worry about a child.",
            "family_aware": True,
        },
        about=True,
    )
    potential = chance.choices(
        ("child_protection", "child_in_need", "early_help", "information"), (2, 4, 3, 2)
    )[0]
    screened = chance.choices((1, 20), (9, 1))[0]
    yield errand(
        screened,
        "screened",
        "mash.ScreenContact",
        chance.choice(SCREENERS),
        potential=potential,
        young_carers=[],
    )
    if potential in {"child_protection", "child_in_need"}:
        worker = chance.choice(HUB_WORKERS)
        basis = {
            "lawful_basis": "children_act_2004_s11",
            "reason": "Made up: seeking it would add to the risk.",
        }
        yield errand(screened + 1, "consent", "mash.DispenseWithConsent", worker, **basis)
        check = {"agency": "police", "extent": "partial", "reason": "Made up: is the family known?"}
        yield errand(screened + 2, "check", "mash.RequestAgencyCheck", worker, **check)
    if chance.random() < 0.9:
        soon = {"message": "Made up: what happens next.", "outcome": False}
        yield errand(screened + 1, "acknowledged", "mash.InformReferrer", chance.choice(SCREENERS), **soon)
    decided = chance.choices((6, 22, 30, 80), (3, 4, 2, 1))[0] + screened
    accepted = chance.random() < (0.5 if potential == "child_protection" else 0.15)
    outcome, more = ("referral_accepted", {"primary_need": "N1"}) if accepted else chance.choice(_NO_REFERRAL)
    said = {"outcome": outcome, "level": 4 if accepted else 2, "rationale": "Made up: why.", **more}
    yield errand(decided, "decided", "mash.DecideContact", chance.choice(HUB_MANAGERS), **said)
    told = decided + chance.choices((2, 20, 30), (6, 3, 1))[0]
    word = {"message": "Made up: what was decided.", "outcome": True}
    yield errand(told, "told", "mash.InformReferrer", chance.choice(SCREENERS), **word)
    if accepted:
        yield from _referral(errand, decided, chance)


def _referral(errand: Callable[..., Errand], decided: float, chance: random.Random) -> Iterator[Errand]:
    """What is done on an accepted referral, as far as the month goes."""
    manager, worker = chance.choice(MANAGERS), chance.choice(WORKERS)
    allocated = decided + chance.choices((2, 20), (7, 3))[0]
    agreed = {"worker": worker.name, "assessment_due_in_working_days": chance.choice((10, 20, 45))}
    yield errand(allocated, "allocated", "assessment.AllocateWorker", manager, **agreed)
    seen = allocated + chance.choices((4, 26, 60, 140), (3, 4, 2, 1))[0]
    visit = {"seen": True, "alone": True, "place": "home", "words": "Made up: what the child said."}
    if chance.random() < 0.1:
        missed = {"seen": False, "place": "home", "why_not_seen": "Made up: nobody opened."}
        yield errand(seen - 2, "not seen", "assessment.RecordVisit", worker, **missed)
    yield errand(seen, "seen", "assessment.RecordVisit", worker, **visit)
    completed = seen + chance.choices((120, 240, 500), (4, 4, 2))[0]
    found = {"outcome": "advice_or_existing_service", "factors": ["21"], "safety_scale": 7}
    yield errand(completed, "completed", "assessment.CompleteAssessment", worker, **found)
    yield errand(completed + 4, "authorised", "assessment.AuthoriseAssessment", manager)
    shared = {"to": ["police", "education", "health", "housing"]}
    yield errand(completed + 24, "shared", "assessment.ShareOutcome", worker, **shared)
    yield errand(completed + 30, "closed", "assessment.CloseReferral", manager, reason="RC8")
