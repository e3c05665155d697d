"""Ids made here are like any other, whoever made those."""

import pickle
from itertools import pairwise
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from shared.infrastructure.ids import new_event_id, quick


@given(st.uuids(allow_nil=True))
def test_a_quick_id_is_the_same_id(plain):
    own = quick(plain)
    assert isinstance(own, UUID)
    assert (own, str(own), own.bytes, own.int) == (plain, str(plain), plain.bytes, plain.int)
    assert hash(own) == hash(plain)
    assert {plain: 1}[own] == {own: 1}[plain] == 1
    assert TypeAdapter(UUID).validate_python(own) == plain
    assert TypeAdapter(UUID).dump_json(own) == TypeAdapter(UUID).dump_json(plain)
    assert pickle.loads(pickle.dumps(own)) == plain
    assert quick(own) == own


def test_quick_ids_sort_with_others():
    ids = [uuid4() for _ in range(50)]
    mixed = [quick(one) if n % 2 else one for n, one in enumerate(ids)]
    assert sorted(mixed) == sorted(ids)


def test_event_ids_are_uuids_of_version_7_that_sort_by_their_millisecond():
    ids = [new_event_id() for _ in range(500)]
    assert len(set(ids)) == 500
    assert {(one.version, one.variant) for one in ids} == {(7, uuid4().variant)}
    assert all(a.int >> 80 <= b.int >> 80 for a, b in pairwise(ids))
