"""Comparing two versions of a plan's data, and applying what differs."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.rules.compare import (
    Added,
    Changed,
    Data,
    Removed,
    Unfit,
    apply,
    canonical,
    canonical_bytes,
    compare,
    digest,
    read_data,
)

NFD = unicodedata.normalize("NFD", "Tỉnh ủy")
WORDS = st.sampled_from(["quota", "unit", "cao-cap/hcm", "Đảng ủy", NFD, "ghi chú"])
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.sampled_from([0, 1]), st.text(st.characters(codec="utf-8"), max_size=5)
)
RAW = st.dictionaries(WORDS, st.dictionaries(WORDS, st.dictionaries(WORDS, VALUES, max_size=3), max_size=3), max_size=3)
PLANS = RAW.map(canonical)

OLD: Data = {
    "quota": {"cao-cap/hcm": {"number": 5, "name": "Cao cấp"}, "cao-cap/kv3": {"number": 45}},
    "unit": {"binh-son": {"name": "Huyện ủy Bình Sơn"}},
}


def bytes_of(data: Data) -> bytes:
    """The data as JSON as it is, so that neither True and 1 nor two forms of a letter are the same."""
    return json.dumps(data, sort_keys=True).encode()


@given(PLANS, PLANS)
def test_what_differs_turns_the_old_into_the_new_exactly(old: Data, new: Data) -> None:
    before = bytes_of(old)
    assert bytes_of(apply(old, compare(old, new))) == bytes_of(new)
    assert bytes_of(old) == before


@given(PLANS, PLANS)
def test_each_difference_is_told_once(old: Data, new: Data) -> None:
    differences = compare(old, new)
    places = [(one.table, one.key, one.field if isinstance(one, Changed) else "") for one in differences]
    assert len(set(places)) == len(places)
    assert places == sorted(places)
    assert bool(differences) == (digest(old) != digest(new))


@given(PLANS)
def test_the_canonical_bytes_are_the_data(data: Data) -> None:
    assert bytes_of(read_data(canonical_bytes(data))) == bytes_of(data)
    assert bytes_of(canonical(data)) == bytes_of(data)


def test_rows_added_and_removed_and_fields_changed() -> None:
    new = canonical(
        {
            "quota": {"cao-cap/hcm": {"number": 6, "name": "Cao cấp", "note": "thêm"}, "dai-hoc/dh": {"number": True}},
            "unit": OLD["unit"],
        }
    )
    assert compare(OLD, new) == (
        Changed("quota", "cao-cap/hcm", "note", None, "thêm"),
        Changed("quota", "cao-cap/hcm", "number", 5, 6),
        Removed("quota", "cao-cap/kv3", {"number": 45}),
        Added("quota", "dai-hoc/dh", {"number": True}),
    )


def test_true_is_not_one() -> None:
    assert compare({"a": {"b": {"c": True}}}, {"a": {"b": {"c": 1}}}) == (Changed("a", "b", "c", old=True, new=1),)


def test_the_canonical_form() -> None:
    raw = {"unit": {"b": {"name": NFD, "note": "", "held": 0, "number": None, "off": False}, "a": {}}, "empty": {}}
    assert canonical_bytes(canonical(raw)).decode() == '{"unit":{"a":{},"b":{"held":0,"name":"Tỉnh ủy","off":false}}}'


@pytest.mark.parametrize("value", [json.loads("0.5"), [1], {"a": 1}, b"x"])
def test_nothing_but_texts_integers_and_truth_values(value: object) -> None:
    with pytest.raises(TypeError):
        canonical({"a": {"b": {"c": value}}})


@pytest.mark.parametrize("text", ['{"a": {"b": {"c": 1.0}}}', '{"a": {"b": {"c": 1e3}}}', '{"a": {"b": {"c": NaN}}}'])
def test_no_float_is_read(text: str) -> None:
    with pytest.raises(ValueError, match="no value of a plan"):
        read_data(text)


def test_two_keys_that_look_alike_are_refused() -> None:
    with pytest.raises(ValueError, match="one key"):
        canonical({"unit": {NFD: {}, "Tỉnh ủy": {}}})


@pytest.mark.parametrize(
    "difference",
    [
        Added("unit", "binh-son", {"name": "khác"}),
        Removed("unit", "binh-son", {"name": "khác"}),
        Removed("unit", "ly-son", {}),
        Changed("quota", "cao-cap/hcm", "number", 4, 6),
        Changed("quota", "cao-cap/hcm", "number", None, 6),
        Changed("quota", "dai-hoc/dh", "number", 4, 6),
    ],
)
def test_differences_do_not_fit_other_data(difference: Any) -> None:
    with pytest.raises(Unfit):
        apply(OLD, [difference])
