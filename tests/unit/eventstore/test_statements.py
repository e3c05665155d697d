"""The statements of the log, as PostgreSQL is sent them."""

import re
from dataclasses import fields

import pytest

from shared.eventstore.statements import AppendParameters, NamedStatement, Statements, statements

MASH = statements("mash")
ALL = {field.name: getattr(MASH, field.name) for field in fields(Statements)}
APPENDING = ["append_in_one_statement", "append_in_one_statement_and_move_heads", "insert", "move_heads"]


@pytest.mark.parametrize("name", ALL)
def test_a_statement_is_of_its_schema_and_has_its_parameters_numbered_without_a_gap(name):
    statement = ALL[name]
    numbers = {int(number) for number in re.findall(r"\$(\d+)", statement.sql)}
    assert numbers == set(range(1, len(statement.parameters) + 1))
    assert "mash." in statement.sql
    assert not re.search(r"(?<!:):[a-z]|[{}]|--", statement.sql)


def test_a_parameter_is_numbered_where_it_first_appears_and_a_cast_is_none():
    read = NamedStatement.read("SELECT :b::bigint[], :a, :b WHERE c::text = :c_d")
    assert read == NamedStatement("SELECT $1::bigint[], $2, $1 WHERE c::text = $3", ("b", "a", "c_d"))


def test_values_come_in_the_order_of_the_statement():
    parameters = AppendParameters(
        *([field.name] for field in fields(AppendParameters))
    )  # each holds its own name
    for name in APPENDING:
        assert ALL[name].values(parameters) == tuple([each] for each in ALL[name].parameters)


def test_the_statement_that_also_moves_heads_writes_and_checks_what_the_other_does():
    """Both stand in full, so that each reads as SQL; so somebody might change only one."""
    plain = MASH.append_in_one_statement.sql.rpartition("\nSELECT EXISTS")[0]
    moving = MASH.append_in_one_statement_and_move_heads.sql
    assert moving.startswith(plain + ",\nmoves AS (")
    steps = MASH.move_heads.sql.partition("WITH ")[2].rpartition("\nSELECT")[0]
    numberless = re.compile(r"\$\d+")
    assert numberless.sub("$", steps)[:-1] in numberless.sub("$", moving).replace(
        "\n     WHERE EXISTS (SELECT FROM stands)", ""
    )


def test_what_is_inserted_is_the_same_whichever_way():
    found = re.compile(r"INSERT INTO mash\.events \(.*?\)", re.DOTALL)
    columns = [found.search(ALL[name].sql) for name in APPENDING[:3]]
    assert len({re.sub(r"\s+", " ", each[0]) for each in columns if each}) == 1
    assert all(columns)


def test_schemas_do_not_mix():
    assert "people.events" in statements("people").load.sql
    assert "mash" not in statements("people").load.sql
