"""Which errors of the database are a pause, and which would come again."""

import asyncpg
import pytest

from shared.infrastructure.postgres import DATABASE_AWAY, would_fail_again

ERRORS = [
    error
    for error in vars(asyncpg.exceptions).values()
    if isinstance(error, type) and issubclass(error, asyncpg.PostgresError | asyncpg.InterfaceError)
]


@pytest.mark.parametrize("kind", [*ERRORS, *DATABASE_AWAY], ids=lambda kind: kind.__name__)
def test_no_error_is_both_away_and_one_that_would_come_again(kind: type[Exception]) -> None:
    error = kind("x")
    assert not (isinstance(error, DATABASE_AWAY) and would_fail_again(error))


def test_a_password_that_was_changed_is_tried_again_and_not_taken_for_a_database_that_is_away() -> None:
    error = asyncpg.InvalidPasswordError("x")
    assert not isinstance(error, DATABASE_AWAY)
    assert not would_fail_again(error)
