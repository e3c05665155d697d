"""What another service told of somebody erased stands without its words; what a person writes of them is refused."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import UUID

from shared.crypto.key_store import KeyStore
from shared.eventstore.append import InboxMove, KeyGone, SubjectErased
from shared.eventstore.sealing import seal_requests
from tests.unit.eventstore.test_sealing import AVA, BEN, member, nothing_yet, row

MOVE = InboxMove("mash", AVA, 0, 1, UUID(int=9), bytes(32))


async def test_words_of_who_was_erased_are_left_out_of_what_was_told_and_of_nothing_else(tmp_path):
    keys = KeyStore(tmp_path / "keys", bytes(32))
    keys.erase(AVA)
    hers, his, typed = row(AVA, b"Ava said"), row(BEN, b"Ben said"), row(AVA, b"typed now")
    told = replace(member(hers, his), heads=(MOVE,))
    first, second = await seal_requests(keys, [told, member(typed)], nothing_yet)
    assert first is None
    assert isinstance(second, SubjectErased)
    assert (hers.sealed, hers.plain) == (None, None)
    assert keys.open(his.sealed, his.event_id) == b"Ben said"
    assert typed.sealed is None
    keys.close()


async def test_a_key_that_is_lost_is_no_erasure(tmp_path):
    """Left out for good, the words would be gone though the key may still be brought back."""
    keys = KeyStore(tmp_path / "keys", bytes(32))

    async def hers_stands(subjects: Collection[UUID]) -> Mapping[UUID, int]:
        return {AVA: 7} if AVA in subjects else {}

    hers = row(AVA, b"Ava said")
    [error] = await seal_requests(keys, [replace(member(hers), heads=(MOVE,))], hers_stands)
    assert isinstance(error, KeyGone)
    assert hers.plain == b"Ava said"
    keys.close()
