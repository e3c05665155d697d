"""What a service says of itself over HTTP, as those who ask read it."""

from dataclasses import replace

from deploy.play import quiet
from shared.service.progress import Hindrances
from tests.unit.service.progresses import PROGRESS


def test_progress_is_answered_under_the_keys_that_play_and_operators_read():
    assert PROGRESS.as_json() == {
        "service": "mash",
        "now": "2026-04-02T15:40:00+00:00",
        "head": 7,
        "relayed": 6,
        "relay_error": None,
        "consumer_error": "KafkaConnectionError",
        "checkpoint_error": None,
        "checkpoint_alarm": None,
        "keys_gone": 0,
        "acknowledged": {"mash/0": 5},
        "consumed": {"people/0": 0},
        "views": {"deadlines": 3, "tasks": 7},
        "view_errors": {},
        "in_flight": 1,
        "claimed": 2,
        "held": 3,
        "parked": 4,
        "unproven": 2,
        "next_due": "2026-04-03T09:00:00+00:00",
        "broker_away_since": None,
        "topics_gone": [],
        "not_ready": {},
    }
    assert replace(PROGRESS, next_due=None).as_json()["next_due"] is None


def test_play_reads_every_field_that_it_knows_from_it():
    said = PROGRESS.as_json()
    assert quiet.Progress.model_fields.keys() <= said.keys()
    read = quiet.Progress.model_validate(said)
    assert (read.next_due, read.views, read.claimed) == (PROGRESS.next_due, PROGRESS.views, 2)


def test_hindrances_are_answered_beside_readiness():
    said = Hindrances(relay_error="TimeoutError", checkpoint_error=None).as_json()
    assert said == {"relay_error": "TimeoutError", "checkpoint_error": None, "not_ready": {}}
