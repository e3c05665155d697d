"""Measurements that an alarm can be set on: a calendar that ends, and a view that has stopped."""

from dataclasses import replace

from shared.service.metrics import Metrics
from tests.unit.service.progresses import PROGRESS


def test_the_days_until_the_calendar_ends_are_measured_as_published_and_as_reckoned():
    text = Metrics("mash").text(PROGRESS, {}, {"published": 400, "reckoned": 7705}).decode()
    assert 'safeguarding_calendar_days_left{known="published",service="mash"} 400.0' in text
    assert 'safeguarding_calendar_days_left{known="reckoned",service="mash"} 7705.0' in text


def test_a_view_that_has_stopped_is_measured_until_it_is_healed():
    metrics = Metrics("mash")
    stopped = replace(PROGRESS, view_errors={"deadlines": "event mash.X at position 3: KeyError"})
    text = metrics.text(stopped, {}, {}).decode()
    assert 'safeguarding_view_stopped{service="mash",view="deadlines"} 1.0' in text
    assert 'safeguarding_view_stopped{service="mash",view="tasks"} 0.0' in text
    assert 'safeguarding_view_lag_positions{service="mash",view="deadlines"} 4.0' in text
    healed = metrics.text(PROGRESS, {}, {}).decode()
    assert 'safeguarding_view_stopped{service="mash",view="deadlines"} 0.0' in healed


def test_what_keeps_it_from_being_ready_is_measured_by_part():
    metrics = Metrics("mash")
    text = metrics.text(replace(PROGRESS, not_ready={"log": "the last append failed"}), {}, {}).decode()
    assert 'safeguarding_not_ready{part="log",service="mash"} 1.0' in text
    assert 'safeguarding_not_ready{part="views",service="mash"} 0.0' in text
    assert 'safeguarding_not_ready{part="log",service="mash"} 0.0' in metrics.text(PROGRESS, {}, {}).decode()


def test_an_alarm_of_the_checkpoints_is_measured():
    metrics = Metrics("mash")
    assert 'safeguarding_checkpoint_alarm{service="mash"} 0.0' in metrics.text(PROGRESS, {}, {}).decode()
    alarmed = replace(PROGRESS, checkpoint_alarm="two checkpoints contradict each other")
    assert 'safeguarding_checkpoint_alarm{service="mash"} 1.0' in metrics.text(alarmed, {}, {}).decode()
