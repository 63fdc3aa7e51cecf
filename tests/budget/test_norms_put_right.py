"""Levels put right after lines used them, approval of what norms forbid, days out of the year, empty estimates."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from budget.models import BudgetLine, FundSource, NormItem, NormSet
from budget.selectors.norms import outdated_lines
from budget.services.estimates import CostData, CostsRefused
from budget.services.lines import save_line
from budget.services.states import approve_line, reprice_lines
from tests.budget.lines import ESTIMATED, LECTURES, add_class, cost, line_data, make_norms, make_sources
from tests.cast import Province
from trainingplan.services.refusals import Refused

LATE = date(2024, 7, 1)


@pytest.fixture
def source(db: None) -> FundSource:
    return make_sources()[0]


@pytest.fixture
def norms(db: None) -> NormSet:
    return make_norms()


@pytest.mark.parametrize(
    ("typed", "put_right", "amount", "why"),
    [
        (cost("giang-vien", session=20), 1_000_000, 20_000_000, "1.500.000 đồng vượt mức tối đa 1.000.000 đồng/buổi"),
        (cost("chung-chi", session=20), 40_000, 800_000, "30.000 đồng khác mức cố định 40.000 đồng/buổi"),
        (cost("giang-vien", 900_000, session=20), 1_000_000, 18_000_000, ""),
        (cost("giang-vien", session=20), 2_000_000, 30_000_000, ""),
    ],
)
@pytest.mark.usefixtures("norms")
def test_a_level_put_right_below_what_a_line_uses_is_told_and_priced_anew(
    province: Province, source: FundSource, typed: CostData, put_right: int, *, amount: int, why: str
) -> None:
    line = add_class(province, source, typed)
    NormItem.objects.filter(key=typed.norm_key).update(level=put_right)
    found = outdated_lines(province.plan)
    assert [(one.line, one.wanted) for one in found] == ([(line, line.norm_set)] if why else [])
    assert all(why in one.why for one in found)
    reprice_lines(plan=province.plan, actor=province.hoa)
    line.refresh_from_db()
    assert (line.amount, line.shares.get().amount) == (amount, amount)
    assert not outdated_lines(province.plan)


def test_a_line_that_cannot_be_priced_anew_is_named_and_none_is(province: Province, source: FundSource) -> None:
    first = make_norms(valid_to="2024-07-01")
    kept = add_class(province, source, LECTURES, content="Lớp có đủ mức chi")
    stuck = add_class(province, source, LECTURES, cost("nuoc-uong", session=20), content="Lớp có nước uống")
    make_norms("15/2024/NQ-HĐND", "2024-07-01", items=(("giang-vien", "ceiling", 2_000_000, ""),))
    BudgetLine.objects.update(opens_on=LATE)
    with pytest.raises(Refused, match=r"^Dòng «Lớp có nước uống»: Khoản 2: .* không có mức chi này"):
        reprice_lines(plan=province.plan, actor=province.hoa)
    for line in (kept, stuck):
        line.refresh_from_db()
        assert (line.norm_set, line.version) == (first, 1)


def test_a_percentage_whose_base_is_put_right_is_priced_anew(
    province: Province, source: FundSource, norms: NormSet
) -> None:
    line = add_class(province, source, cost("hoi-truong", 45_000_000), cost("quan-ly"))
    assert line.amount == 49_500_000
    NormItem.objects.filter(key="quan-ly").update(base=NormItem.Base.INCLUDING)
    assert "tính theo cách mà 04/2019/NQ-HĐND không còn quy định" in outdated_lines(province.plan)[0].why
    reprice_lines(plan=province.plan, actor=province.hoa)
    line.refresh_from_db()
    assert line.amount == 50_000_000


def test_what_its_norms_do_not_allow_is_not_approved(province: Province, source: FundSource, norms: NormSet) -> None:
    line, late = add_class(province, source), add_class(province, source, opens_on=LATE)
    NormSet.objects.update(valid_to=LATE)
    with pytest.raises(Refused, match=r"Chưa duyệt được: Không có bộ định mức nào .*\. Tính lại"):
        approve_line(plan=province.plan, line=late, version=1, actor=province.hoa)
    NormItem.objects.filter(key="giang-vien").update(level=1_000_000)
    with pytest.raises(Refused, match=r"khoản «Khoản giang-vien» 1\.500\.000 đồng vượt mức tối đa 1\.000\.000"):
        approve_line(plan=province.plan, line=line, version=1, actor=province.hoa)
    NormItem.objects.filter(key="giang-vien").update(level=1_500_000)
    assert approve_line(plan=province.plan, line=line, version=1, actor=province.hoa).keeps_its_norms


@pytest.mark.parametrize(
    ("day", "carried_over", "advice"),
    [
        (date(2023, 12, 5), False, "không thuộc năm 2024. Lớp đã mở từ năm trước thì đánh dấu «Chuyển tiếp»."),
        (date(2025, 1, 1), False, "không thuộc năm 2024. Lớp mở năm sau thì thuộc kế hoạch năm sau."),
        (date(2030, 1, 1), True, "không thuộc năm 2024."),
        (date(2023, 12, 5), True, ""),
        (date(2024, 12, 31), False, ""),
    ],
)
def test_a_class_opens_in_the_year_of_its_plan_unless_it_is_carried_over(
    province: Province, source: FundSource, norms: NormSet, day: date, advice: str, *, carried_over: bool
) -> None:
    if not advice:
        assert add_class(province, source, opens_on=day, carried_over=carried_over).opens_on == day
        return
    with pytest.raises(Refused) as refusal:
        add_class(province, source, opens_on=day, carried_over=carried_over)
    assert (refusal.value.field, advice in refusal.value.message) == ("opens_on", True)


def test_a_percentage_of_nothing_is_no_estimate(province: Province, source: FundSource, norms: NormSet) -> None:
    with pytest.raises(Refused, match="chưa có khoản nào để tính tỷ lệ") as refusal:
        add_class(province, source, cost("quan-ly"))
    assert refusal.value.field == "costs"
    assert not isinstance(refusal.value, CostsRefused)
    line = add_class(province, source, LECTURES, cost("quan-ly"))
    with pytest.raises(Refused, match="chưa có khoản nào để tính tỷ lệ"):
        save_line(
            plan=province.plan,
            line=line,
            data=line_data(**ESTIMATED),
            costs=[cost("quan-ly")],
            shares={},
            actor=province.hoa,
            version=1,
        )


@pytest.mark.parametrize(("key", "kind"), [("giang-vien", "ceiling"), ("chung-chi", "fixed"), ("quan-ly", "percent")])
def test_a_level_is_stated_unless_invoices_decide(norms: NormSet, key: str, kind: str) -> None:
    item = norms.items.get(key=key, kind=kind)
    item.level = None
    with pytest.raises(ValidationError, match="Mức chi theo hóa đơn để trống"):
        item.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        item.save()
