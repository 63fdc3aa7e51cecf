"""The proposal: made from what units registered, applied as one act, visible in what departs from it afterwards."""

from datetime import timedelta

import pytest
from django.utils import timezone

from quotas.models import Allocation, Proposal, Quota, Registration
from quotas.selectors.allocation import allocation_grid, quotas_of
from quotas.selectors.proposals import ProposalTable, draft_tables, effect_of, given_cells
from quotas.services.ceilings import add_sub_quota, save_caps, save_sub_allocations
from quotas.services.cells import CellInput, CellResult, Outcome, save_allocations
from quotas.services.proposals import Limit, Order, Unfeasible, apply_proposals, discard_proposals, propose
from quotas.services.quotas import set_held
from tests.cast import Province, make_unit
from trainingplan.models import Change, Unit, UnitGroup
from trainingplan.policies import visible_units
from trainingplan.selectors import plan_units
from trainingplan.services.refusals import Refused

DEMAND = Proposal.Basis.DEMAND


def register(province: Province, quota: Quota, numbers: dict[Unit, int]) -> None:
    for unit, number in numbers.items():
        Registration.objects.update_or_create(
            unit=unit, quota=quota, defaults={"number": number, "updated_at": timezone.now() - timedelta(hours=1)}
        )


def make(province: Province, *orders: Order, basis: Proposal.Basis = DEMAND, **limits: Limit) -> list[Proposal]:
    by_unit = {Unit.objects.get(key=key.replace("_", "-")).pk: limit for key, limit in limits.items()}
    return propose(plan=province.plan, orders=orders, basis=basis, limits=by_unit, actor=province.hoa)


def apply(province: Province, *proposals: Proposal, reason: str = "") -> int:
    ids = [proposal.pk for proposal in proposals]
    return apply_proposals(plan=province.plan, proposal_ids=ids, actor=province.hoa, reason=reason)


def drafts(province: Province) -> list[ProposalTable]:
    quotas = list(quotas_of(province.plan, province.appendix))
    return draft_tables(quotas, plan_units(province.plan), given_cells(quota.pk for quota in quotas))


def places(proposal: Proposal) -> dict[str, int]:
    return dict(proposal.shares.values_list("unit__key", "places"))


def change(province: Province, unit: Unit, typed: str, reason: str = "") -> CellResult:
    version = Allocation.objects.get(unit=unit, quota=province.hcm).version
    cell = CellInput(unit.pk, province.hcm.pk, typed, version, reason=reason)
    (result,) = save_allocations(plan=province.plan, cells=[cell], actor=province.hoa)
    return result


@pytest.fixture
def many(province: Province) -> list[Unit]:
    """113 places, 260 registered by 26 units."""
    group = UnitGroup.objects.get()
    units = [make_unit(f"don-vi-{n}", f"Đơn vị {n}", province.plan, group, n + 10) for n in range(24)]
    units += [province.binh_son, province.son_tinh]
    Quota.objects.filter(pk=province.kv3.pk).update(number=113)
    register(province, province.kv3, {unit: 4 + n % 13 for n, unit in enumerate(units)})
    register(province, province.kv3, {units[0]: 260 - sum(4 + n % 13 for n in range(1, 26))})
    return units


def test_113_places_for_260_registered_sum_exactly_and_explain_themselves(province: Province, many: list[Unit]) -> None:
    assert sum(row.number or 0 for row in Registration.objects.all()) == 260
    (first,) = make(province, Order(province.kv3.pk, floor=1, cap=6))
    shares = list(first.shares.order_by("unit_id"))
    assert sum(share.places for share in shares) + first.left == first.places == 113
    assert first.left == 0
    assert all(1 <= share.places <= min(share.demand, 6) for share in shares)
    explained = [share.explanation for share in shares]
    assert any("phần dư" in words and "hạng" in words and words.endswith("sàn 1; trần 6") for words in explained)
    (second,) = make(province, Order(province.kv3.pk, floor=1, cap=6))
    assert [share.explanation for share in second.shares.order_by("unit_id")] == explained
    assert places(second) == dict(zip((s.unit.key for s in shares), (s.places for s in shares), strict=True))
    assert Proposal.objects.count() == 1, "a new draft takes the place of the old one"


def test_applying_allocates_in_one_batch_and_says_before_what_changes(province: Province, many: list[Unit]) -> None:
    (proposal,) = make(province, Order(province.kv3.pk, floor=1))
    effect = effect_of(drafts(province))
    assert effect.words == "Phân bổ 113 chỉ tiêu cho 26 đơn vị; 26 đơn vị đổi so với hiện tại"
    assert apply(province, proposal) == 26
    stored = dict(Allocation.objects.values_list("unit__key", "number"))
    assert stored == places(proposal)
    changes = Change.objects.filter(table="allocation")
    assert changes.count() == 26
    assert len(set(changes.values_list("batch", flat=True))) == 1
    assert Change.objects.filter(batch=changes[0].batch, table="proposal").exists()
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.APPLIED


def test_a_second_run_changes_nothing_and_takes_the_place_of_the_first(province: Province, many: list[Unit]) -> None:
    (first,) = make(province, Order(province.kv3.pk))
    apply(province, first)
    (second,) = make(province, Order(province.kv3.pk))
    assert effect_of(drafts(province)).changed == 0
    assert apply(province, second) == 0
    first.refresh_from_db()
    assert first.state == Proposal.State.SUPERSEDED
    assert Allocation.objects.filter(version=1).count() == 26


def test_what_is_held_is_not_shared_out(province: Province, many: list[Unit]) -> None:
    set_held(quota=province.kv3, held=13, actor=province.hoa)
    (proposal,) = make(province, Order(province.kv3.pk))
    assert proposal.places == sum(places(proposal).values()) == 100


def test_limits_of_a_unit_go_before_those_of_all(province: Province, many: list[Unit]) -> None:
    (proposal,) = make(
        province,
        Order(province.kv3.pk, floor=2, cap=5),
        don_vi_1=Limit(fixed=1),
        don_vi_2=Limit(cap=6, floor=6),
        don_vi_3=Limit(floor=0),
    )
    found = places(proposal)
    assert (found["don-vi-1"], found["don-vi-2"]) == (1, 6)
    assert max(found.values()) == 6
    lines = {share.unit.key: share for share in proposal.shares.select_related("unit")}
    assert lines["don-vi-1"].explanation == "ấn định 1"
    assert lines["don-vi-3"].floor == 0


def test_a_first_rank_is_served_before_the_second(province: Province) -> None:
    register(province, province.hcm, {province.binh_son: 5, province.son_tinh: 5})
    (proposal,) = make(
        province, Order(province.hcm.pk), huyen_uy_son_tinh=Limit(rank=1), huyen_uy_binh_son=Limit(rank=2)
    )
    assert places(proposal) == {"huyen-uy-son-tinh": 5, "huyen-uy-binh-son": 0}


def test_weights_share_out_within_the_demand(province: Province) -> None:
    register(province, province.hcm, {province.binh_son: 5, province.son_tinh: 5})
    (proposal,) = make(
        province,
        Order(province.hcm.pk),
        basis=Proposal.Basis.HEADCOUNT,
        huyen_uy_son_tinh=Limit(weight=400),
        huyen_uy_binh_son=Limit(weight=100),
    )
    assert places(proposal) == {"huyen-uy-son-tinh": 4, "huyen-uy-binh-son": 1}


def test_a_unit_cap_bounds_the_quotas_of_one_run_together(province: Province) -> None:
    cell = CellInput(province.binh_son.pk, province.hcm.programme_id, "6")
    save_caps(plan=province.plan, cells=[cell], actor=province.hoa)
    for quota in (province.hcm, province.kv3):
        register(province, quota, {province.binh_son: 5, province.son_tinh: 1})
    proposals = make(province, Order(province.hcm.pk), Order(province.kv3.pk))
    assert sum(places(proposal)["huyen-uy-binh-son"] for proposal in proposals) == 6
    apply(province, *proposals)
    assert sum(n or 0 for n in Allocation.objects.filter(unit=province.binh_son).values_list("number", flat=True)) == 6


def test_a_sub_allocation_is_a_floor(province: Province) -> None:
    register(province, province.hcm, {province.binh_son: 2, province.son_tinh: 30})
    cells = [CellInput(province.binh_son.pk, province.hcm.pk, "2")]
    save_allocations(plan=province.plan, cells=cells, actor=province.hoa)
    sub = add_sub_quota(plan=province.plan, quota_id=province.hcm.pk, name="nữ", number=2, actor=province.hoa)
    cells = [CellInput(province.binh_son.pk, sub.pk, "2")]
    save_sub_allocations(plan=province.plan, cells=cells, actor=province.hoa)
    (proposal,) = make(province, Order(province.hcm.pk))
    assert places(proposal)["huyen-uy-binh-son"] == 2


def test_limits_that_contradict_each_other_are_all_named_and_nothing_is_kept(province: Province) -> None:
    register(province, province.hcm, {province.binh_son: 5, province.son_tinh: 5})
    with pytest.raises(Unfeasible) as refusal:
        make(province, Order(province.hcm.pk, floor=3), Order(province.kv3.pk), huyen_uy_binh_son=Limit(fixed=4, cap=3))
    words = " ".join(refusal.value.reasons)
    assert "«Học viện CTQG Hồ Chí Minh»: Huyện ủy Bình Sơn: ấn định 4 vượt trần 3" in words
    assert "cộng lại 7, nhiều hơn 5 chỉ tiêu" in words
    assert "«Học viện Chính trị khu vực III»: Huyện ủy Bình Sơn: ấn định 4 nhiều hơn nhu cầu 0" in words
    assert not Proposal.objects.exists()


def test_a_quota_without_a_number_has_nothing_to_share_out(province: Province) -> None:
    Quota.objects.filter(pk=province.hcm.pk).update(number=None)
    with pytest.raises(Refused, match="không ghi số lượng"):
        make(province, Order(province.hcm.pk))


def test_what_changed_since_the_draft_refuses_it_and_nothing_is_written(province: Province) -> None:
    register(province, province.hcm, {province.binh_son: 3, province.son_tinh: 3})
    (proposal,) = make(province, Order(province.hcm.pk))
    cells = [CellInput(province.son_tinh.pk, province.hcm.pk, "1")]
    save_allocations(plan=province.plan, cells=cells, actor=province.hoa)
    with pytest.raises(Refused, match="Số phân bổ của Huyện ủy Sơn Tịnh đã đổi"):
        apply(province, proposal)
    (proposal,) = make(province, Order(province.hcm.pk))
    register(province, province.hcm, {province.son_tinh: 2})
    with pytest.raises(Refused, match="Số đăng ký của Huyện ủy Sơn Tịnh đã đổi"):
        apply(province, proposal)
    (proposal,) = make(province, Order(province.hcm.pk))
    set_held(quota=province.hcm, held=1, actor=province.hoa)
    with pytest.raises(Refused, match="giữ lại"):
        apply(province, proposal)
    assert list(Allocation.objects.values_list("number", flat=True)) == [1]
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.DRAFT


def test_a_draft_is_applied_once(province: Province) -> None:
    register(province, province.hcm, {province.binh_son: 3})
    (proposal,) = make(province, Order(province.hcm.pk))
    apply(province, proposal)
    with pytest.raises(Refused, match="đã áp dụng"):
        apply(province, proposal)


def test_a_draft_that_is_thrown_away_leaves_a_trace_and_nothing_else(province: Province) -> None:
    register(province, province.hcm, {province.binh_son: 3})
    made = make(province, Order(province.hcm.pk))
    before = Change.objects.count()
    discard_proposals(plan=province.plan, proposal_ids=[one.pk for one in made], actor=province.hoa)
    assert not Proposal.objects.exists()
    assert Change.objects.count() > before


@pytest.fixture
def applied(province: Province) -> Province:
    """Six places proposed to Bình Sơn and two to Sơn Tịnh, of nine: room for changes by hand."""
    Quota.objects.filter(pk=province.hcm.pk).update(number=9)
    register(province, province.hcm, {province.binh_son: 6, province.son_tinh: 2})
    (proposal,) = make(province, Order(province.hcm.pk))
    apply(province, proposal)
    assert places(proposal) == {"huyen-uy-binh-son": 6, "huyen-uy-son-tinh": 2}
    return province


def test_a_change_by_hand_asks_for_a_reason_and_stays_visible_as_a_difference(applied: Province) -> None:
    change(applied, applied.son_tinh, "1", "chuyển công tác")
    refused = change(applied, applied.binh_son, "8")
    assert (refused.outcome, refused.needs_reason, refused.number) == (Outcome.REFUSED, True, 6)
    assert refused.message == "Đề xuất đã áp dụng cho ô này là 6. Đổi thành 8 thì cần ghi lý do."
    saved = change(applied, applied.binh_son, "8", "mới thành lập hai chi bộ")
    assert (saved.outcome, saved.difference) == (Outcome.SAVED, "đề xuất 6, +2: mới thành lập hai chi bộ")
    grid = allocation_grid(applied.plan, applied.appendix, visible_units(applied.hoa))
    assert [words for _, _, words in grid.departures] == [
        "đề xuất 6, +2: mới thành lập hai chi bộ",
        "đề xuất 2, −1: chuyển công tác",
    ]
    assert grid.columns[0].left == 0
    assert Change.objects.filter(table="allocation", reason="mới thành lập hai chi bộ", old="6", new="8").exists()


def test_back_to_the_proposal_needs_no_reason_and_is_no_difference(applied: Province) -> None:
    change(applied, applied.binh_son, "5", "nhường một chỗ")
    back = change(applied, applied.binh_son, "6")
    assert (back.outcome, back.difference) == (Outcome.SAVED, "")
    assert not allocation_grid(applied.plan, applied.appendix, visible_units(applied.hoa)).departures


def test_blanks_are_no_reason(applied: Province) -> None:
    assert change(applied, applied.binh_son, "5", "  ").needs_reason


def test_a_quota_without_an_applied_proposal_asks_for_none(applied: Province) -> None:
    cell = CellInput(applied.binh_son.pk, applied.kv3.pk, "4")
    (result,) = save_allocations(plan=applied.plan, cells=[cell], actor=applied.hoa)
    assert (result.outcome, result.difference) == (Outcome.SAVED, "")


def test_cells_of_one_save_keep_each_its_own_reason_under_one_batch(applied: Province) -> None:
    cells = [
        CellInput(applied.binh_son.pk, applied.hcm.pk, "5", 1, reason="một"),
        CellInput(applied.son_tinh.pk, applied.hcm.pk, "3", 1, reason="hai"),
    ]
    save_allocations(plan=applied.plan, cells=cells, actor=applied.hoa)
    changes = Change.objects.filter(reason__in=("một", "hai"))
    assert {change.reason: change.new for change in changes} == {"một": "5", "hai": "3"}
    assert len({change.batch for change in changes}) == 1


def test_what_a_unit_has_of_the_same_quota_does_not_count_against_its_cap(province: Province) -> None:
    """It is what is shared out anew; what other quotas of the programme give it does count."""
    ours = province.binh_son
    register(province, province.hcm, {ours: 5})
    given = [CellInput(ours.pk, province.hcm.pk, "3"), CellInput(ours.pk, province.kv3.pk, "1")]
    save_allocations(plan=province.plan, cells=given, actor=province.hoa)
    cap = CellInput(ours.pk, province.hcm.programme_id, "5")
    save_caps(plan=province.plan, cells=[cap], actor=province.hoa)
    (draft,) = make(province, Order(province.hcm.pk))
    assert places(draft)[ours.key] == 4
    assert apply(province, draft) == 1


def test_a_draft_of_other_places_than_there_are_now_is_not_applied(province: Province) -> None:
    register(province, province.hcm, {province.binh_son: 2})
    (draft,) = make(province, Order(province.hcm.pk))
    set_held(quota=province.hcm, held=1, actor=province.hoa)
    with pytest.raises(Refused, match="đã đổi từ khi lập đề xuất"):
        apply(province, draft)
    assert not Allocation.objects.exists()
