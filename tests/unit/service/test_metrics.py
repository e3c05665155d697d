"""The calendar among the measurements: an alarm can be set on its end."""

from shared.service.metrics import Metrics

PROGRESS = {
    "head": 1,
    "relayed": 1,
    "held": 0,
    "parked": 0,
    "in_flight": 0,
    "acknowledged": {},
    "consumed": {},
    "views": {},
    "view_errors": {},
}


def test_the_days_until_the_calendar_ends_are_measured_as_published_and_as_reckoned():
    text = Metrics("mash").text(PROGRESS, {}, {"published": 400, "reckoned": 7705}).decode()
    assert 'safeguarding_calendar_days_left{known="published",service="mash"} 400.0' in text
    assert 'safeguarding_calendar_days_left{known="reckoned",service="mash"} 7705.0' in text
