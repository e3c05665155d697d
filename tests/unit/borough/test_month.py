"""A borough's month: the same for the same number, within the month, and each thing after what it stands on."""

from collections import Counter
from itertools import pairwise

import pytest

from deploy.borough.month import DAYS, FIRST_DAY, STAFF, errands
from deploy.catalogue import known_commands
from shared.domain.instants import local_date


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_number_makes_the_same_month_and_another_one_another(seed):
    assert errands(50, seed) == errands(50, seed)
    assert errands(50, seed) != errands(50, seed + 1)


def test_every_contact_of_the_month_is_received_in_it_in_order_by_somebody_of_its_staff():
    month = errands(300, 7)
    assert sum(one.do == "mash.ReceiveContact" for one in month) == 300
    assert all(local_date(one.at) >= FIRST_DAY for one in month)
    assert max((local_date(one.at) - FIRST_DAY).days for one in month) < DAYS
    assert all(before.at <= after.at for before, after in pairwise(month))
    assert {one.by for one in month} <= set(STAFF)
    assert max(Counter(one.key for one in month).values()) == 1


def test_a_child_is_registered_and_a_contact_received_before_anything_stands_on_them():
    registered, received = set(), set()
    for one in errands(300, 7):
        if one.do == "people.RegisterPerson":
            registered.add(one.child)
        assert one.child in registered
        if one.do == "mash.ReceiveContact":
            received.add(one.contact)
        assert one.contact is None or one.contact in received


def test_the_commands_are_those_that_the_teams_have():
    assert {one.do for one in errands(300, 7)} <= known_commands().keys()
