"""Sealed boxes open for their purpose alone."""

import pytest

from shared.pages.boxes import Boxes, NotOurs

KEY = bytes(range(32))


def test_what_was_sealed_for_one_person_opens_for_no_other():
    sealed = Boxes(KEY).seal("draft a", {"words": "Nana is my safe place."})
    assert Boxes(KEY).open("draft a", sealed) == {"words": "Nana is my safe place."}
    assert b"Nana" not in sealed
    for boxes, purpose, given in [
        (Boxes(KEY), "draft b", sealed),
        (Boxes(bytes(32)), "draft a", sealed),
        (Boxes(KEY), "draft a", sealed[:-1]),
        (Boxes(KEY), "draft a", b""),
    ]:
        with pytest.raises(NotOurs):
            boxes.open(purpose, given)
