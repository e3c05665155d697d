"""How long a record is kept (L7): to the adult's normal pension age or for ten years, whichever is longer."""

from datetime import date

import pytest

from services.lado.keeping import kept_until, pension_age
from services.lado.rules import RULES
from shared.domain.instants import london

ALLEGED = date(2026, 5, 20)


def test_l7_is_said_as_it_is_reckoned():
    assert "ten years" in RULES.rule_at("L7", london(2026, 5, 20)).what


@pytest.mark.parametrize(
    ("born", "age"),
    [(date(1960, 4, 5), 66), (date(1960, 4, 6), 67), (date(1977, 4, 5), 67), (date(1977, 4, 6), 68)],
)
def test_l7_the_normal_pension_age(born, age):
    assert pension_age(born) == age


@pytest.mark.parametrize(
    ("alleged", "born", "until"),
    [
        (ALLEGED, date(1990, 3, 2), date(2058, 3, 2)),  # the pension age is later
        (ALLEGED, date(1961, 1, 1), date(2036, 5, 20)),  # ten years are longer
        (ALLEGED, None, date(2036, 5, 20)),  # nobody said when they were born
        (date(2028, 2, 29), None, date(2038, 3, 1)),
        (ALLEGED, date(1996, 2, 29), date(2064, 2, 29)),
    ],
)
def test_l7_whichever_is_longer(alleged, born, until):
    assert kept_until(alleged, born) == until
