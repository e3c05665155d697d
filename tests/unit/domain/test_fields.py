"""Which characters a text and a line may hold, lists without repeats, and a professional written in two ways."""

import sys
import unicodedata
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.domain.actors import AGENCIES, professional_id
from shared.domain.fields import (
    MOST_ITEMS,
    MOST_TEXT,
    Distinct,
    Names,
    Organisation,
    Professional,
    RequiredText,
    ShortText,
    Text,
)

TEXT = TypeAdapter(Text)
LINE = TypeAdapter(ShortText)
LINE_BREAKS = "\n\r\t"
OVERRIDES = {"RLO", "LRO"}
"""The classes of Unicode's characters that show text in another order than it is written in."""
CONTROLS = [chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) in {"Cc", "Cs"}]


def test_a_text_holds_every_character_but_controls_overrides_and_lone_surrogates():
    others = "".join(
        chr(n)
        for n in range(0x110000)
        if unicodedata.category(chr(n)) not in {"Cc", "Cs"}
        and unicodedata.bidirectional(chr(n)) not in OVERRIDES
    )
    for start in range(0, len(others), MOST_TEXT):
        part = others[start : start + MOST_TEXT]
        assert TEXT.validate_python(part) == part
    assert TEXT.validate_python(LINE_BREAKS) == LINE_BREAKS


def test_a_text_cannot_be_made_to_read_backwards():
    turning = [chr(n) for n in range(0x110000) if unicodedata.bidirectional(chr(n)) in OVERRIDES]
    assert len(turning) == 2
    for one in turning:
        assert refused(TEXT, f"Mr {one}htimS seen")
    assert TEXT.validate_python("She says \u2067\u0645\u0631\u062d\u0628\u0627\u2069 at the door")


@pytest.mark.parametrize("place", ["{0}b", "a{0}b", "a{0}", "{0}"])
def test_a_control_character_or_a_lone_surrogate_is_refused_wherever_it_stands(place):
    refused = [c for c in CONTROLS if c not in LINE_BREAKS]
    assert {0x00, 0x1B, 0x7F, 0x85, 0xD800, 0xDFFF} <= {ord(c) for c in refused}
    taken = [hex(ord(c)) for c in refused if _taken(place.format(c))]
    assert not taken


def _taken(text: str) -> bool:
    try:
        TEXT.validate_python(text)
    except ValidationError:
        return False
    return True


def refused(adapter: TypeAdapter, value: object) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return True
    return False


def test_a_line_holds_what_can_be_seen_and_ordinary_spaces_alone():
    unseen = [chr(n) for n in range(sys.maxunicode + 1) if not chr(n).isprintable()]
    assert {"\n", "\r", "\t", "\u200b", "\ufeff", "\u202e", "\u2028", "\x00", "\xa0"} <= set(unseen)
    assert not [hex(ord(one)) for one in unseen if not refused(LINE, f"Ana{one}Lim")]
    for name in ("Zoë O'Neill-Müller", "Nguyễn Thị Ánh", "李小龍", "محمد علي", "Σοφία", "José 2nd"):
        assert LINE.validate_python(f" {name} ") == name


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b", "\ufeff \u200d", "\u202e"])
def test_a_text_that_shows_nothing_says_nothing(text):
    assert refused(TypeAdapter(RequiredText), text)
    assert refused(LINE, text)


@given(st.lists(st.integers(min_value=0, max_value=5), max_size=MOST_ITEMS))
def test_what_is_said_twice_counts_once_in_the_order_first_said(items):
    found = TypeAdapter(Distinct[int]).validate_python(items)
    assert found == tuple(sorted(set(items), key=items.index))


def test_a_list_is_bounded():
    assert TypeAdapter(Distinct[str]).validate_python(["NONE"] * MOST_ITEMS) == ("NONE",)
    assert refused(TypeAdapter(Distinct[str]), ["NONE"] * (MOST_ITEMS + 1))
    assert TypeAdapter(Distinct[str]).json_schema() == {
        "type": "array",
        "items": {"type": "string"},
        "maxItems": MOST_ITEMS,
    }


class Meet(BaseModel):
    who: Professional


KEY = bytes(range(32))
IN_CARE = Names(KEY, "childrens_social_care")
IN_POLICE = Names(KEY, "police")


def read(value: object, names: Names) -> Professional:
    return Meet.model_validate({"who": value}, context=names).who


def test_the_same_person_is_one_id_whoever_names_them():
    own = read("PC Hale", IN_POLICE)
    other = read({"name": " pc  HALE", "agency": "police", "organisation": "Maidstone"}, IN_CARE)
    assert own.id == other.id == professional_id(KEY, "PC Hale", "police")
    assert read({"name": "PC Hale", "agency": "police"}, IN_POLICE).id == own.id
    assert read({"name": "PC Hale"}, IN_POLICE) == own
    assert read("PC Hale", IN_CARE).id != own.id
    assert Professional.named("PC Hale", IN_CARE, agency="police").id == own.id


@given(st.sampled_from(sorted(AGENCIES)), st.sampled_from(sorted(AGENCIES)))
def test_plain_text_is_of_the_senders_own_agency(agency, senders):
    plain = read("Sam Roe", Names(KEY, agency))
    named = read({"name": "Sam Roe", "agency": agency}, Names(KEY, senders))
    assert plain.id == named.id
    assert plain.of(agency) == named.of(senders) == ("Sam Roe", agency, None)


def test_who_a_professional_is_in_words():
    nurse = read({"name": "N. Roy", "agency": "health", "organisation": "Elm Ward"}, IN_CARE)
    assert nurse.of("childrens_social_care") == ("N. Roy", "health", "Elm Ward")
    assert "N. Roy" not in repr(nurse)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " \n",
        "\u200b",
        "x" * 201,
        7,
        None,
        ["N. Roy"],
        {},
        {"agency": "health"},
        {"name": "N. Roy", "agency": "the_press"},
        {"name": "N.\u202eRoy", "agency": "health"},
        {"name": "N. Roy", "organisation": ""},
        {"name": "N. Roy", "id": str(UUID(int=5))},
        {"name": "N. Roy", "role": "nurse"},
        Professional(id=UUID(int=5), name="N. Roy"),
    ],
)
def test_anything_else_is_no_professional(value):
    with pytest.raises(ValidationError):
        read(value, IN_CARE)


def test_a_name_is_read_only_from_a_command_and_a_kept_one_as_it_is():
    with pytest.raises(ValidationError, match="only from a command"):
        Meet.model_validate({"who": "N. Roy"})
    kept = Professional(id=UUID(int=5), name="N. Roy", agency="health")
    assert Professional.model_validate_json(kept.model_dump_json()) == kept


def test_both_ways_of_writing_a_professional_are_published():
    shown = Meet.model_json_schema()["$defs"]["Professional"]
    plain, named = shown["anyOf"]
    assert plain == {"type": "string", "minLength": 1, "maxLength": 200}
    assert named["properties"].keys() == {"name", "agency", "organisation"}
    assert (named["required"], named["additionalProperties"]) == (["name"], False)


def test_an_organisation_is_written_by_name_and_compared_by_an_id_of_it():
    adapter, names = TypeAdapter(Organisation), Names(bytes(32), "police")
    elm, also = (adapter.validate_python(name, context=names) for name in ("Elm School", " elm  SCHOOL "))
    assert (elm.id, elm.name) == (also.id, "Elm School") and also.name == "elm  SCHOOL"
    assert elm.id != adapter.validate_python("Oak School", context=names).id
    assert "Elm" not in repr(elm)
    assert adapter.validate_python({"id": elm.id, "name": elm.name}) == elm  # as it is kept


@pytest.mark.parametrize(
    "said", [{"id": "x", "name": "Elm School"}, 7, None, ["Elm School"], "", " ", "a\nb"]
)
def test_nobody_writes_an_organisations_id(said):
    with pytest.raises(ValidationError):
        TypeAdapter(Organisation).validate_python(said, context=Names(bytes(32), "police"))
    with pytest.raises(ValidationError):
        TypeAdapter(Organisation).validate_python("Elm School")
