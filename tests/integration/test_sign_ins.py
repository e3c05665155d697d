"""Whose a sign-in is, as a service reads it: asked for until it is known, and then no more."""

from dataclasses import replace
from uuid import uuid4

import pytest

from shared.domain.actors import Actor
from shared.service.sign_ins import SignIns
from shared.team.sign_ins import sign_in_list
from tests.integration.conftest import SERVICE

WHO = Actor(uuid4(), "Ana Lim", "mash_manager", "childrens_social_care", named=uuid4())
WHO = replace(WHO, sign_in=WHO.id)


@pytest.fixture
async def table(pool):
    view = sign_in_list()
    await pool.execute(
        f"CREATE TABLE {view.table(SERVICE)} (subject uuid PRIMARY KEY, professional uuid NOT NULL)"
    )
    return view.table(SERVICE)


async def test_somebody_stands_under_their_sign_in_until_it_is_known_whose_it_is(pool, table):
    sign_ins = SignIns(pool, SERVICE)
    assert await sign_ins.known(WHO) == WHO
    await pool.execute(f"INSERT INTO {table} VALUES ($1, $2)", WHO.sign_in, WHO.named)
    known = await sign_ins.known(WHO)
    assert (known.id, known.sign_in, known.named) == (WHO.named, WHO.sign_in, None)
    assert known.is_surely(WHO.sign_in)
    # What is known never changes, and is not asked for again.
    await pool.execute(f"DROP TABLE {table}")
    assert await sign_ins.known(WHO) == known


async def test_a_program_and_a_service_are_nobody_who_signs_in(pool):
    sign_ins = SignIns(pool, SERVICE)  # there is no table: it is not asked
    for who in (replace(WHO, only=frozenset({"read:feed"})), Actor.service("mash", "childrens_social_care")):
        assert await sign_ins.known(who) == who
