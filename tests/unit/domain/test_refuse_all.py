"""Every rule that forbids is named; the first of them speaks, to people and to policies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.command import Refused, refuse_all

CHECKS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["A3", "A10", "E2"]), st.booleans(), st.sampled_from(["wait", "ask"])),
        st.tuples(st.sampled_from(["A3", "A10"]), st.booleans(), st.just("wait"), st.just("already_open")),
    )
)


@given(CHECKS)
def test_what_forbids_is_named_and_nothing_else(checks):
    forbidding = [check for check in checks if check[1]]
    if not forbidding:
        refuse_all(*checks)
        return
    with pytest.raises(Refused) as caught:
        refuse_all(*checks)
    rules = [check[0] for check in forbidding]
    assert set(caught.value.rules) == set(rules)
    assert len(set(caught.value.rules)) == len(caught.value.rules)
    assert caught.value.rules[0] == rules[0]
    assert caught.value.message == forbidding[0][2]
    assert caught.value.reason == (forbidding[0][3] if len(forbidding[0]) == 4 else "")
