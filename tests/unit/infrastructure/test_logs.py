"""What stands in the log: messages of ours, fields we chose, and of an error its kind and place."""

import ast
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

import deploy
import services
import shared
from shared.infrastructure.logs import FIELDS, MAX_CAUSES, MAX_FRAMES, JsonLines, error_fields

LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
SECRET = "Ava Test of 5 Elm Row"


def log_calls() -> Iterator[tuple[str, ast.Call, ast.expr]]:
    """Every call of a logger in our code: where, the call, and its message."""
    for package in (shared, services, deploy):
        top = Path(next(iter(package.__path__)))
        for file in top.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in LEVELS | {"log"}
                    and isinstance(node.func.value, ast.Name)
                    and node.func.value.id in {"log", "logger", "logging"}
                ):
                    place = f"{file.relative_to(top.parent)}:{node.lineno}"
                    yield place, node, node.args[1 if node.func.attr == "log" else 0]


def test_a_message_is_a_constant_of_ours_that_takes_no_arguments():
    calls = list(log_calls())
    assert len(calls) > 20  # they are found at all
    for place, call, message in calls:
        assert len(call.args) == (2 if getattr(call.func, "attr", "") == "log" else 1), (
            place,
            "arguments are never written",
        )
        assert not isinstance(message, ast.JoinedStr | ast.BinOp | ast.Call), (
            place,
            "a message made of values",
        )
        if isinstance(message, ast.Constant):
            assert "%" not in str(message.value), place


def test_what_varies_is_in_fields_that_are_written():
    for place, call, _ in log_calls():
        for extra in (keyword.value for keyword in call.keywords if keyword.arg == "extra"):
            names = [
                key.value
                for part in ast.walk(extra)
                if isinstance(part, ast.Dict)
                for key in part.keys
                if isinstance(key, ast.Constant)
            ]
            assert set(names) <= set(FIELDS), place


def line_of(
    message: str, *args: object, extra: dict[str, Any] | None = None, exc_info: Any = None
) -> dict[str, Any]:
    record = logging.getLogger("shared.toy").makeRecord(
        "shared.toy", logging.ERROR, "toy.py", 1, message, args, exc_info, extra=extra
    )
    line: dict[str, Any] = orjson.loads(JsonLines("mash").format(record))
    return line


def failing() -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        raise RuntimeError(SECRET) from error


def raised(fail: Any = failing) -> BaseException:
    with pytest.raises(Exception) as caught:
        fail()
    return caught.value


def test_an_error_is_written_with_its_kind_and_place_and_those_of_its_causes_and_without_its_words():
    line = line_of("it failed", extra={"view": "worklist"} | error_fields(raised()))
    assert (line["message"], line["view"], line["error"]) == ("it failed", "worklist", "RuntimeError")
    assert line["frames"][-1].startswith("test_logs.py:")
    assert line["frames"][-1].endswith(" failing")
    [cause] = line["causes"]
    assert cause["error"] == "KeyError"
    assert cause["frames"][-1].endswith(" failing")
    assert "Ava" not in str(line)


def test_exc_info_is_written_as_the_same_fields():
    error = raised()
    assert (
        line_of("it failed", exc_info=(type(error), error, error.__traceback__)).items()
        >= error_fields(error).items()
    )


def test_a_cause_that_was_set_aside_is_not_named():
    def fail() -> None:
        try:
            raise KeyError(SECRET)
        except KeyError:
            raise RuntimeError(SECRET) from None

    assert "causes" not in error_fields(raised(fail))


def test_deep_errors_are_cut_to_the_innermost_places_and_the_nearest_causes():
    def fail(depth: int = 50) -> None:
        try:
            if depth:
                fail(depth - 1)
            else:
                failing()
        except RuntimeError as error:
            raise RuntimeError from error

    fields = error_fields(raised(fail))
    assert len(fields["frames"]) <= MAX_FRAMES
    assert len(fields["causes"]) == MAX_CAUSES


def test_arguments_of_a_message_and_fields_nobody_chose_are_never_written():
    line = line_of("view stopped", SECRET, extra={"child": SECRET, "view": "worklist"})
    assert SECRET not in str(line)
    assert line["view"] == "worklist"


def test_what_a_library_says_is_withheld():
    record = logging.LogRecord("aiokafka.consumer", logging.ERROR, "", 1, f"key {SECRET}", None, None)
    line = JsonLines("mash").format(record)
    assert SECRET not in line
    assert "aiokafka.consumer" in line
