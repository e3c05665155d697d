"""A body is one JSON object that says each thing once."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web.json_body import one_object
from shared.web.problems import Problem

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_an_object_is_read_as_it_was_written(said):
    assert one_object(json.dumps(said).encode()) == said


@pytest.mark.parametrize(
    "body",
    [
        b'{"about": [], "about": []}',
        b'{"with": {"worries": "Zebedee", "worries": "Secretname"}}',
        b'{"with": {"children_said": [{"name": "Zebedee", "name": "Secretname"}]}}',
        b'{"with": {"a\\u0062": "Zebedee", "ab": "Secretname"}}',
    ],
)
def test_a_name_twice_in_one_object_is_refused_wherever_it_stands(body):
    with pytest.raises(Problem) as refused:
        one_object(body)
    assert refused.value.status == 422
    said = str(refused.value.body())
    assert "named twice" in said
    assert "Zebedee" not in said
    assert "Secretname" not in said


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"7", b"{not json", b'{"a": NaN}', b'\xff{"a": 1}', b'{"a": "\\ud800"}', b'{"a":' * 2000],
)
def test_what_is_no_object_is_refused(body):
    with pytest.raises(Problem) as refused:
        one_object(body)
    assert refused.value.status == 422


def test_long_numbers_and_deep_nesting_are_read_or_refused_never_an_error():
    nested = [b'{"a":' * depth + b"1" + b"}" * depth for depth in (100, 900, 1000, 1023)]
    for body in (b'{"a": ' + b"9" * 5000 + b"}", b'{"a": 1e400}', *nested):
        try:
            one_object(body)
        except Problem as refused:
            assert refused.status == 422
