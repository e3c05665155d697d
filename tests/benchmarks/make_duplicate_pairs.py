"""`python -m tests.benchmarks.make_duplicate_pairs`: make the published pairs of records anew, the same every time.

500 pairs of made people: 250 are one person registered twice, each with an error that records have; 250 are two people whom
records make look like one: twins, brothers and sisters, namesakes, children born on one day. Some short forms among them
stand in no list of ours, as in life.
"""

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

PAIRS: Final = Path(__file__).with_name("duplicate_pairs.csv")
_GIVEN: Final = [
    "Oliver",
    "George",
    "Noah",
    "Muhammad",
    "Leo",
    "Jack",
    "Freddie",
    "Arthur",
    "Luca",
    "Oscar",
    "Theodore",
    "Alexander",
    "Joshua",
    "Benjamin",
    "Samuel",
    "Thomas",
    "Olivia",
    "Amelia",
    "Isla",
    "Ava",
    "Ivy",
    "Freya",
    "Lily",
    "Florence",
    "Mia",
    "Grace",
    "Willow",
    "Rosie",
    "Elizabeth",
    "Katherine",
    "Aisha",
    "Fatima",
    "Zainab",
    "Amara",
    "Jayden",
    "Kai",
    "Tyler",
    "Reuben",
    "Ibrahim",
    "Yusuf",
    "Piotr",
    "Zoë",
    "Chloé",
    "Siobhán",
    "Niamh",
    "Ngozi",
    "Chidi",
    "Adaeze",
    "Wei",
    "Ling",
    "Priya",
    "Arjun",
    "Simran",
]
_FAMILY: Final = [
    "Smith",
    "Jones",
    "Taylor",
    "Brown",
    "Williams",
    "Wilson",
    "Johnson",
    "Davies",
    "Patel",
    "Robinson",
    "Wright",
    "Thompson",
    "Evans",
    "Walker",
    "White",
    "Roberts",
    "Khan",
    "Hussain",
    "Ahmed",
    "Begum",
    "Ali",
    "Singh",
    "Kaur",
    "O’Brien",
    "O’Connor",
    "MacDonald",
    "McCarthy",
    "Murphy",
    "Kelly",
    "Nowak",
    "Kowalski",
    "Wójcik",
    "Okafor",
    "Adeyemi",
    "Mensah",
    "Osei",
    "Nguyen",
    "Chen",
    "García-López",
    "Smith-Jones",
    "Thomas-Clarke",
    "Hughes",
    "Edwards",
    "Green",
    "Hall",
    "Wood",
    "Harris",
    "Clarke",
]
_SHORT: Final = (
    ("Robert", "Bob"), ("William", "Billy"), ("Elizabeth", "Libby"), ("Katherine", "Katie"), ("Margaret", "Maggie"),
    ("Alexander", "Alex"), ("Samuel", "Sammy"), ("Benjamin", "Ben"), ("Theodore", "Teddy"), ("Frederick", "Freddie"),
    ("Isabella", "Bella"), ("Rebecca", "Becky"), ("Joseph", "Joe"), ("Daniel", "Danny"), ("Charlotte", "Lottie"),
    ("Muhammad", "Mo"), ("Yusuf", "Joseph"), ("Katarzyna", "Kasia"), ("Wojciech", "Wojtek"), ("Theodora", "Thea"),
    ("Rhiannon", "Rhi"), ("Oluwaseun", "Seun"), ("Thomas", "Tom"), ("Abigail", "Abbie"), ("Nicholas", "Nick"),
)  # fmt: skip
_SPELT: Final = (
    ("Muhammad", "Mohammed"), ("Muhammad", "Mohamad"), ("Hussain", "Hussein"), ("Aisha", "Ayesha"), ("Fatima", "Fatma"),
    ("Stephen", "Steven"), ("Katherine", "Catherine"), ("Kathryn", "Catherine"), ("Siobhán", "Siobhan"), ("Zoë", "Zoe"),
    ("Jayden", "Jaydon"), ("Isla", "Islay"), ("Niamh", "Neve"), ("Sean", "Shaun"), ("Zainab", "Zeinab"),
    ("Yusuf", "Yousef"), ("Chloé", "Chloe"), ("Reuben", "Ruben"), ("Ibrahim", "Ebrahim"), ("Kai", "Kye"),
)  # fmt: skip
_STREETS: Final = [
    "High Street",
    "Station Road",
    "Mill Lane",
    "Church Road",
    "Park Avenue",
    "Victoria Road",
    "Green Lane",
    "Elm Close",
]


@dataclass(frozen=True)
class Person:
    """A record as it was written."""

    name: str
    born: str
    home: str
    nhs_number: str = ""


@dataclass(frozen=True)
class Pair:
    """Two records, whether they are of one person, and what is usual about them."""

    one: Person
    other: Person
    same: bool
    how: str


class Maker:
    """Makes pairs, by a chance that is the same every time."""

    def __init__(self, seed: int = 20261125) -> None:
        self.chance = random.Random(seed)

    def pairs(self) -> Iterator[Pair]:
        """All of them."""
        for make, count in self._same():
            for _ in range(count):
                one, other = make()
                yield Pair(one, other, same=True, how=make.__name__.strip("_"))
        for make, count in self._not_same():
            for _ in range(count):
                one, other = make()
                yield Pair(one, other, same=False, how=make.__name__.strip("_"))

    def _same(self) -> list[tuple[Callable[[], tuple[Person, Person]], int]]:
        return [
            (self._day_and_month_swapped, 30),
            (self._short_form, 40),
            (self._spelt_otherwise, 40),
            (self._letter_wrong, 40),
            (self._digit_of_birth_wrong, 20),
            (self._names_turned_about, 15),
            (self._half_of_a_double_name, 15),
            (self._middle_name_left_out, 15),
            (self._other_parents_name, 15),
            (self._other_name_same_number, 10),
            (self._birth_not_known, 10),
        ]

    def _not_same(self) -> list[tuple[Callable[[], tuple[Person, Person]], int]]:
        return [
            (self._twins, 60),
            (self._brother_or_sister, 50),
            (self._namesakes, 50),
            (self._born_on_one_day_with_one_given_name, 40),
            (self._born_on_one_day_with_one_family_name, 30),
            (self._anybody, 20),
        ]

    # -- one person twice

    def _day_and_month_swapped(self) -> tuple[Person, Person]:
        one = self._person(day=self.chance.randint(1, 12))
        born = date.fromisoformat(one.born)
        if born.day == born.month:
            born = born.replace(day=born.month % 12 + 1)
            one = replace(one, born=born.isoformat())
        return one, replace(
            one, born=born.replace(day=born.month, month=born.day).isoformat(), home=self._maybe(one)
        )

    def _short_form(self) -> tuple[Person, Person]:
        return self._given(*self.chance.choice(_SHORT))

    def _spelt_otherwise(self) -> tuple[Person, Person]:
        first, second = self.chance.choice(_SPELT)
        if first == "Hussain":
            given = self.chance.choice(_GIVEN)
            one = replace(self._person(), name=f"{given} {first}")
            return one, replace(one, name=f"{given} {second}", home=self._maybe(one))
        return self._given(first, second)

    def _letter_wrong(self) -> tuple[Person, Person]:
        one = self._person()
        given, family = one.name.split(" ", 1)
        word = max((given, family), key=len)
        wrong = self._slip(word)
        return one, replace(one, name=one.name.replace(word, wrong), home=self._maybe(one))

    def _digit_of_birth_wrong(self) -> tuple[Person, Person]:
        one = self._person()
        born = date.fromisoformat(one.born)
        wrong = self.chance.choice(
            [
                born + timedelta(1),
                born - timedelta(1),
                born.replace(year=born.year + 1),
                born.replace(year=born.year - 10),
            ]
        )
        return one, replace(one, born=wrong.isoformat(), home=self._maybe(one))

    def _names_turned_about(self) -> tuple[Person, Person]:
        one = self._person()
        given, family = one.name.split(" ", 1)
        return one, replace(one, name=f"{family} {given}", home=self._maybe(one))

    def _half_of_a_double_name(self) -> tuple[Person, Person]:
        given, (first, second) = self.chance.choice(_GIVEN), self.chance.sample(_FAMILY[:16], 2)
        one = replace(self._person(), name=f"{given} {first}-{second}")
        return one, replace(one, name=f"{given} {self.chance.choice([first, second])}", home=self._maybe(one))

    def _middle_name_left_out(self) -> tuple[Person, Person]:
        one = self._person()
        given, family = one.name.split(" ", 1)
        return replace(one, name=f"{given} {self.chance.choice(_GIVEN)} {family}"), replace(
            one, home=self._maybe(one)
        )

    def _other_parents_name(self) -> tuple[Person, Person]:
        one = self._person()
        given, family = one.name.split(" ", 1)
        return one, replace(one, name=f"{given} {self._other(_FAMILY, family)}")

    def _other_name_same_number(self) -> tuple[Person, Person]:
        number = f"999{self.chance.randrange(10**7):07}"
        one = replace(self._person(), nhs_number=number)
        return one, replace(self._person(), nhs_number=number, born=one.born)

    def _birth_not_known(self) -> tuple[Person, Person]:
        one = self._person()
        return one, replace(one, born="")

    # -- two people

    def _twins(self) -> tuple[Person, Person]:
        one = self._person()
        given, family = one.name.split(" ", 1)
        return one, replace(one, name=f"{self._other(_GIVEN, given)} {family}")

    def _brother_or_sister(self) -> tuple[Person, Person]:
        one, other = self._twins()
        born = date.fromisoformat(one.born) + timedelta(self.chance.randint(300, 3000))
        return one, replace(other, born=born.isoformat())

    def _namesakes(self) -> tuple[Person, Person]:
        return (one := self._person()), replace(self._person(), name=one.name)

    def _born_on_one_day_with_one_given_name(self) -> tuple[Person, Person]:
        one, other = self._person(), self._person()
        given, family = one.name.split(" ", 1)
        return one, replace(other, name=f"{given} {self._other(_FAMILY, family)}", born=one.born)

    def _born_on_one_day_with_one_family_name(self) -> tuple[Person, Person]:
        one, other = self._person(), self._person()
        given, family = one.name.split(" ", 1)
        return one, replace(other, name=f"{self._other(_GIVEN, given)} {family}", born=one.born)

    def _anybody(self) -> tuple[Person, Person]:
        return self._person(), self._person()

    # -- of what they are made

    def _person(self, day: int | None = None) -> Person:
        born = date(
            self.chance.randint(2009, 2024), self.chance.randint(1, 12), day or self.chance.randint(1, 28)
        )
        name = f"{self.chance.choice(_GIVEN)} {self.chance.choice(_FAMILY)}"
        return Person(name, born.isoformat(), self._home())

    def _home(self) -> str:
        return f"{self.chance.randint(1, 200)} {self.chance.choice(_STREETS)}"

    def _maybe(self, person: Person) -> str:
        """Where they lived before, or have moved to."""
        return person.home if self.chance.random() < 0.5 else self._home()

    def _given(self, first: str, second: str) -> tuple[Person, Person]:
        family = self.chance.choice(_FAMILY)
        one = replace(self._person(), name=f"{first} {family}")
        return one, replace(one, name=f"{second} {family}", home=self._maybe(one))

    def _other(self, names: list[str], than: str) -> str:
        return self.chance.choice([name for name in names if name != than])

    def _slip(self, word: str) -> str:
        """One letter left out, doubled, changed about with the next, or another one."""
        at = self.chance.randrange(1, len(word) - 1)
        return self.chance.choice(
            [
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                word[:at] + self.chance.choice("aeiourstln") + word[at + 1 :],
            ]
        )


def read() -> list[Pair]:
    """The published pairs."""
    with PAIRS.open(encoding="utf-8", newline="") as file:
        return [
            Pair(_side(row, "one"), _side(row, "other"), same=row["same"] == "yes", how=row["how"])
            for row in csv.DictReader(file)
        ]


def _side(row: dict[str, str], side: str) -> Person:
    return Person(**{field.name: row[f"{side}_{field.name}"] for field in fields(Person)})


def write() -> None:
    """Write them."""
    names = [field.name for field in fields(Person)]
    with PAIRS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["same", "how", *(f"{side}_{name}" for side in ("one", "other") for name in names)])
        for pair in Maker().pairs():
            writer.writerow(
                [
                    "yes" if pair.same else "no",
                    pair.how,
                    *asdict(pair.one).values(),
                    *asdict(pair.other).values(),
                ]
            )


if __name__ == "__main__":
    write()
