"""What `safeguarding doctor` says of the calendar: a maintainer is asked in time, a year before the days end."""

import pytest

from deploy.local.doctor import A_YEAR, _bank_holidays, findings


@pytest.mark.parametrize(
    ("published", "reckoned", "fine", "needed", "due"),
    [
        (A_YEAR, 8000, True, False, False),
        (A_YEAR - 1, 8000, False, False, True),
        (-1, 7000, False, False, True),  # deadlines are provisional, and still made
        (-7001, 0, False, False, True),
        (-7002, -1, False, True, True),  # no deadline in working days can be made
    ],
)
def test_it_warns_a_year_before_the_bank_holidays_end(published, reckoned, fine, needed, due):
    found = _bank_holidays({"published": published, "reckoned": reckoned})
    assert (found.fine, found.needed, found.due) == (fine, needed, due)
    assert bool(found.remedy) is not fine
    assert f"published for {published} days more" in found.detail


def test_the_calendar_is_looked_at_with_everything_else():
    assert [one.what for one in findings()].count("bank holidays") == 1
