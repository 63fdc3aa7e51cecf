"""Soát số liệu: silent on the clean plan, and each planted error is found with both places and both figures."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from budget.models import BudgetLine, BudgetShare, EstimateLine, FundSource, NormItem, NormSet
from courses.models import Slot
from quotas.models import Allocation, Nomination, Quota, Registration
from reports.checks import Comparison, Disagreement, check_plan
from reports.checks.budget import Line, check_line
from reports.checks.findings import Findings
from reports.checks.rules import Rule
from trainingplan.models import Appendix, AppendixColumn, Participant, Plan, Section, Unit, UnitName

MOST_FOR_ONE_ERROR = 4
"""One error shows in a few places that depend on it, not all over the plan."""

Sides = tuple[str, str, str, str]
"""Beginning of a place, its figure, beginning of the other place, its figure."""

KV3 = "cao-cap-tap-trung-khu-vuc-3"


def quotas(plan: Plan, key: str) -> Quota:
    return Quota.objects.get(programme__plan=plan, key=key)


def rewrite(plan: Plan, programme: str, position: int, old: str, new: str) -> None:
    """Replace words in an item of a programme."""
    slot = Slot.objects.get(programme__plan=plan, programme__key=programme, position=position)
    assert old in slot.body
    slot.body = slot.body.replace(old, new)
    slot.save()


def rewrite_section(plan: Plan, key: str, old: str, new: str) -> None:
    section = Section.objects.get(plan=plan, key=key)
    assert old in section.body
    section.body = section.body.replace(old, new)
    section.save()


def column(plan: Plan, number: int, source: str) -> AppendixColumn:
    return AppendixColumn.objects.filter(appendix__plan=plan, appendix__number=number, source=source)[0]


def outsider() -> Unit:
    unit = Unit.objects.create(key="don-vi-la")
    UnitName.objects.create(unit=unit, name="Đơn vị lạ", valid_from=date(2020, 1, 1))
    return unit


def change_50_to_55(plan: Plan) -> None:
    total = "{sum:cao-cap-tap-trung-hoc-vien-hcm+cao-cap-tap-trung-khu-vuc-3}"
    rewrite(plan, "cao-cap-ly-luan-chinh-tri", 2, total, "55")


def bind_the_wrong_quota(plan: Plan) -> None:
    rewrite(plan, "cao-cap-ly-luan-chinh-tri", 2, "{quota:hoan-chinh-cao-cap}", "{quota:cao-cap-khong-tap-trung}")


def fix_a_part(plan: Plan) -> None:
    rewrite(plan, "trung-cap-ly-luan-chinh-tri", 2, "{quota:trung-cap-tap-trung} học", "{fixed:110} học")


def misspell_a_field(plan: Plan) -> None:
    rewrite(plan, "dai-hoc", 2, "{quota:dai-hoc}", "{quota:dai-hok}")


def write_a_stray_number(plan: Plan) -> None:
    rewrite_section(plan, "yeu-cau", "chống quan điểm", "trong 15 buổi, chống quan điểm")


def write_the_year(plan: Plan) -> None:
    rewrite(plan, "dai-hoc", 6, "năm {year}", "năm 2024")


def write_an_appendix_number(plan: Plan) -> None:
    rewrite(plan, "sau-dai-hoc", 2, "phụ lục {appendix:3}", "phụ lục 3")


def swap_two_appendices(plan: Plan) -> None:
    rewrite(plan, "xay-dung-dang", 1, "{appendix:5}", "{appendix:9}")
    rewrite(plan, "xay-dung-dang", 1, "{appendix:6}", "{appendix:5}")
    rewrite(plan, "xay-dung-dang", 1, "{appendix:9}", "{appendix:6}")


def refer_to_an_unknown_appendix(plan: Plan) -> None:
    rewrite_section(plan, "kinh-phi-muc-chi", "{appendix:8}", "{appendix:9}")


def write_a_false_sum(plan: Plan) -> None:
    rewrite(plan, "cao-cap-ly-luan-chinh-tri", 1, "Theo Quy định", "({fixed:5 + 45 = 55}) Theo Quy định")


def write_another_total_of_money(plan: Plan) -> None:
    rewrite_section(plan, "kinh-phi-du-kien", "{budget}", "{fixed:36.511.988.870}")


def change_the_counting_word(plan: Plan) -> None:
    rewrite(plan, "can-bo-cap-xa", 3, "đồng chí", "người")


def change_the_qualifier(plan: Plan) -> None:
    rewrite(plan, "cap-xa-263", 2, "Khoảng", "Dự kiến")


def drop_a_quota_from_the_text(plan: Plan) -> None:
    rewrite(plan, "quoc-phong-an-ninh", 1, "chức sắc, chức việc các tôn giáo: {quota:quoc-phong-chuc-sac}", "")


def write_another_year(plan: Plan) -> None:
    rewrite(plan, "dai-hoc", 6, "năm {year}", "năm 2025")


def state_another_year_in_the_subject(plan: Plan) -> None:
    Plan.objects.filter(pk=plan.pk).update(subject="đào tạo, bồi dưỡng cán bộ năm 2025")
    plan.refresh_from_db()


def allocate_one_more(plan: Plan) -> None:
    cell = Allocation.objects.filter(quota=quotas(plan, KV3), number__gt=0)[0]
    Allocation.objects.filter(pk=cell.pk).update(number=F("number") + 1)


def allocate_one_less(plan: Plan) -> None:
    cell = Allocation.objects.filter(quota=quotas(plan, "quoc-phong-doi-tuong-3"), number__gt=1)[0]
    Allocation.objects.filter(pk=cell.pk).update(number=F("number") - 1)


def allocate_to_an_outsider(plan: Plan) -> None:
    cell = Allocation.objects.filter(quota=quotas(plan, KV3), number__gt=0)[0]
    Allocation.objects.filter(pk=cell.pk).update(unit=outsider())


def remove_a_nominee(plan: Plan) -> None:
    Nomination.objects.filter(quota=quotas(plan, "sau-dai-hoc"))[0].delete()


def move_a_nominee_to_the_reserve(plan: Plan) -> None:
    Nomination.objects.filter(quota=quotas(plan, "lanh-dao-ban-dang")).update(reserve=True)


def nominate_from_another_unit(plan: Plan) -> None:
    nomination = Nomination.objects.filter(quota=quotas(plan, "dai-hoc"), unit__key="huyen-uy-ba-to").get()
    nomination.unit = Unit.objects.get(key="huyen-uy-son-ha")
    nomination.save()


def register_one_more(plan: Plan) -> None:
    Registration.objects.filter(quota=quotas(plan, "sau-dai-hoc"), unit__key="so-y-te").update(number=F("number") + 1)


def pay_too_little(plan: Plan) -> None:
    share = BudgetShare.objects.get(line__plan=plan, line__key="cap-xa-263")
    BudgetShare.objects.filter(pk=share.pk).update(amount=F("amount") - 1_000)


def pay_from_an_unprinted_source(plan: Plan) -> None:
    source = FundSource.objects.create(key="tai-tro", name="Tài trợ", position=9)
    BudgetShare.objects.filter(line__plan=plan, line__key="cap-xa-263").update(source=source)


def lower_a_norm(plan: Plan) -> None:
    cost = EstimateLine.objects.get(line__plan=plan, line__key="xay-dung-dang-cu-di", norm_item__key="cho-nghi")
    norm = NormItem.objects.create(norm_set=NormSet.objects.get(), key="moi", position=99, name="N", level=199_999)
    EstimateLine.objects.filter(pk=cost.pk).update(norm_item=norm)


def let_the_province_pay_for_others(plan: Plan) -> None:
    BudgetLine.objects.filter(plan=plan, key="ke-toan-vien").update(self_funded=True)


def show_an_unknown_source(plan: Plan) -> None:
    AppendixColumn.objects.filter(pk=column(plan, 2, "ethnicity").pk).update(source="ethnic")


def show_an_unknown_fund(plan: Plan) -> None:
    AppendixColumn.objects.filter(pk=column(plan, 8, "source-don-vi").pk).update(source="source-don-vi-khac")


def take_the_column_from_a_quota(plan: Plan) -> None:
    Quota.objects.filter(pk=quotas(plan, "hoan-chinh-cao-cap").pk).update(column=None)


def leave_an_appendix_without_quota(plan: Plan) -> None:
    Quota.objects.filter(pk=quotas(plan, "bi-thu-cap-huyen").pk).update(appendix=None)


def add_an_appendix_nobody_names(plan: Plan) -> None:
    appendix = Appendix.objects.create(plan=plan, number=9, kind=Appendix.Kind.ROSTER, title="Danh sách năm 2024")
    Quota.objects.filter(pk=quotas(plan, "to-chuc-xay-dung-dang").pk).update(appendix=appendix)


def state_another_year_in_a_title(plan: Plan) -> None:
    Appendix.objects.filter(plan=plan, number=8).update(title="Dự kiến kinh phí đào tạo, bồi dưỡng năm 2023")


def allocate_more_than_was_asked_for(plan: Plan) -> None:
    cells = Allocation.objects.filter(quota=quotas(plan, "quoc-phong-doi-tuong-3"))
    assert cells.filter(unit__key="so-tai-chinh").update(number=F("number") + 1) == 1
    assert cells.filter(unit__key="so-y-te").update(number=F("number") - 1) == 1


def pay_for_too_many(plan: Plan) -> None:
    BudgetLine.objects.filter(plan=plan, key="dai-hoc").update(learners_per_class=7, amount=F("rate") * 7)
    BudgetShare.objects.filter(line__plan=plan, line__key="dai-hoc").update(amount=117_000_000 // 6 * 7)


PLANTED: list[tuple[Callable[[Plan], None], Sides]] = [
    (change_50_to_55, ("Mục II.1.1.1, điểm b", "113", "Mục II.1.1.1, điểm b, các ý bên dưới", "118")),
    (change_50_to_55, ("Mục II.1.1.1, điểm b", "55", "Mục II.1.1.1, điểm b, trong ngoặc", "50")),
    (change_50_to_55, ("Mục II.1.1.1, điểm b", "55", "Dữ liệu", "–")),
    (bind_the_wrong_quota, ("Mục II.1.1.1, điểm b", "113", "Mục II.1.1.1, điểm b, các ý bên dưới", "170")),
    (fix_a_part, ("Mục II.1.1.2, điểm b", "170", "Mục II.1.1.2, điểm b, các ý bên dưới", "180")),
    (misspell_a_field, ("Mục II.1.1.3, điểm b", "{quota:dai-hok}", "Dữ liệu", "–")),
    (write_a_stray_number, ("Mục I.2", "15", "Dữ liệu", "–")),
    (write_the_year, ("Mục II.1.1.3, điểm e", "2024", "Dữ liệu", "–")),
    (write_another_year, ("Mục II.1.1.3, điểm e", "2025", "Dữ liệu", "–")),
    (write_an_appendix_number, ("Mục II.1.1.4, điểm b", "3", "Dữ liệu", "–")),
    (
        swap_two_appendices,
        ("Mục II.1.2.2, điểm a", "phụ lục 6", "Chỉ tiêu «Lãnh đạo các ban đảng cấp tỉnh»", "phụ lục 5"),
    ),
    (refer_to_an_unknown_appendix, ("Mục III.2", "{appendix:9}", "Dữ liệu", "–")),
    (write_a_false_sum, ("Mục II.1.1.1, điểm a", "55", "Phép cộng «5 + 45»", "50")),
    (write_another_total_of_money, ("Mục III.1", "36.511.988.870", "Tổng các dòng kinh phí", "36.511.988.780")),
    (
        change_the_counting_word,
        ("Mục II.1.2.4, điểm c", "người", "Chỉ tiêu «Cán bộ, công chức, người HĐKCT cấp xã»", "đồng chí"),
    ),
    (
        change_the_qualifier,
        ("Mục II.1.2.6, điểm b", "dự kiến", "Chỉ tiêu «Cán bộ, công chức cấp xã theo QĐ 263»", "khoảng"),
    ),
    (
        drop_a_quota_from_the_text,
        ("Chỉ tiêu «Quốc phòng, an ninh – chức sắc, chức việc»", "135", "Văn bản kế hoạch", "–"),
    ),
    (state_another_year_in_the_subject, ("Trích yếu", "2025", "Kế hoạch", "2024")),
    (allocate_one_more, ("Phụ lục 1, cột «Cao cấp tập trung", "46", "Chỉ tiêu «Cao cấp tập trung", "45")),
    (allocate_one_less, ("Phụ lục 4, cột «Quốc phòng", "799", "Chỉ tiêu «Quốc phòng", "800")),
    (allocate_to_an_outsider, ("Phân bổ «Cao cấp", "1", "Đơn vị tham gia kế hoạch 2024", "–")),
    (allocate_more_than_was_asked_for, ("Đăng ký «Quốc phòng", "6", "Phân bổ «Quốc phòng", "7")),
    (pay_for_too_many, ("Kinh phí của «Đại học», số học viên", "7", "Chỉ tiêu của chương trình «Đại học»", "6")),
    (remove_a_nominee, ("Phụ lục 3, danh sách", "35", "Chỉ tiêu «Sau đại học»", "36")),
    (move_a_nominee_to_the_reserve, ("Phụ lục 5, danh sách", "0", "Chỉ tiêu «Lãnh đạo", "1")),
    (nominate_from_another_unit, ("Danh sách của Huyện ủy Sơn Hà", "2", "Phân bổ «Đại học»", "1")),
    (register_one_more, ("Chỉ tiêu «Sau đại học»", "36", "Tổng đăng ký", "37")),
    (pay_too_little, ("Dòng kinh phí 32 «Lớp bồi dưỡng", "2.412.300.000", "Tổng các nguồn", "2.412.299.000")),
    (pay_from_an_unprinted_source, ("Nguồn «Tài trợ»", "2.412.300.000", "Phụ lục 8", "–")),
    (lower_a_norm, ("Dòng «Hỗ trợ cán bộ bồi dưỡng tại", "200.000", "Mức chi", "199.999")),
    (let_the_province_pay_for_others, ("Dòng «Lớp bồi dưỡng ngạch kế toán", "324.060.000", "Nguồn «Ngân", "–")),
    (show_an_unknown_source, ("Phụ lục 2, cột «Dân tộc»", "ethnic", "Các nguồn số liệu", "–")),
    (show_an_unknown_fund, ("Phụ lục 8, cột «Đơn vị»", "source-don-vi-khac", "Các nguồn số liệu", "–")),
    (take_the_column_from_a_quota, ("Chỉ tiêu «Hoàn chỉnh", "3", "Phụ lục 1", "–")),
    (leave_an_appendix_without_quota, ("Phụ lục 6", "0", "Chỉ tiêu của kế hoạch", "–")),
    (add_an_appendix_nobody_names, ("Phụ lục 9", "9", "Văn bản kế hoạch", "–")),
    (state_another_year_in_a_title, ("Phụ lục 8, tên", "2023", "Kế hoạch", "2024")),
]


def matches(found: Disagreement, sides: Sides) -> bool:
    where, figure, other_where, other = sides
    places = found.where.startswith(where) and found.other_where.startswith(other_where)
    return places and (found.figure, found.other_figure) == (figure, other)


def test_the_plan_of_2024_is_clean(plan_2024: Plan) -> None:
    result = check_plan(plan_2024)
    assert result.disagreements == ()
    assert result.compared > 900
    assert {comparison for comparison, _ in result.counts} == set(Comparison)


@pytest.mark.one_database("numbers are compared; the rest of this file reads them on both")
@pytest.mark.parametrize(("plant", "sides"), PLANTED)
def test_a_planted_error_is_found(plan_2024: Plan, plant: Callable[[Plan], None], sides: Sides) -> None:
    plant(plan_2024)
    found = check_plan(plan_2024).disagreements
    assert [one for one in found if matches(one, sides)], found
    assert len(found) <= MOST_FOR_ONE_ERROR, found


def test_parts_that_need_not_add_up_are_left_alone(plan_2024: Plan) -> None:
    number = "{quota:quan-ly-nha-nuoc} người"
    some = "{fixed:30 người dân tộc thiểu số, 50 người} cấp xã"
    rewrite(plan_2024, "quan-ly-nha-nuoc", 2, number, f"{number} (trong đó có {some}; {{fixed:12 lớp, 2 đồng chí}})")
    assert check_plan(plan_2024).clean


@pytest.mark.one_database("numbers are compared; the rest of this file reads them on both")
@pytest.mark.parametrize(
    "odd", ["... + 3 = 8", f"{'9' * 5_000} người", f"{'9' * 5_000} đồng", f"{'9' * 5_000} + 1 = 2"]
)
def test_what_only_looks_like_a_figure_does_not_stop_the_check(plan_2024: Plan, odd: str) -> None:
    rewrite_section(plan_2024, "yeu-cau", "chống quan điểm", f"{odd}, chống quan điểm")
    found = check_plan(plan_2024).disagreements
    assert {one.rule for one in found} == {Rule.STRAY}


def test_a_key_outlives_figures_and_names_but_not_the_finding(plan_2024: Plan) -> None:
    allocate_one_more(plan_2024)
    (one,) = check_plan(plan_2024).disagreements
    Allocation.objects.filter(quota=quotas(plan_2024, KV3)).update(number=9)
    Quota.objects.filter(pk=quotas(plan_2024, KV3).pk).update(short_name="Tên khác")
    (other,) = (found for found in check_plan(plan_2024).disagreements if found.rule == one.rule)
    assert (one.figure, one.other_figure) != (other.figure, other.other_figure)
    assert one.key == other.key == f"allocated|allocation:1|quota:cao-cap-ly-luan-chinh-tri/{KV3}"


def test_no_two_findings_share_a_key(plan_2024: Plan) -> None:
    rewrite_section(plan_2024, "yeu-cau", "chống quan điểm", "5 + 5 = 11, 2 + 2 = 5, 15, 15, 16 buổi, chống quan điểm")
    change_50_to_55(plan_2024)
    take_the_column_from_a_quota(plan_2024)
    show_an_unknown_source(plan_2024)
    allocate_to_an_outsider(plan_2024)
    keys = [found.key for found in check_plan(plan_2024).disagreements]
    assert len(set(keys)) == len(keys) > 10


def test_a_line_is_held_to_its_arithmetic() -> None:
    findings = Findings()
    check_line(1, Line(1, "lop", "", "Lớp", 100, 30_000_000, 30_000_000, 30_000_000), findings)
    assert findings.result().clean
    check_line(2, Line(1, "lop", "", "Lớp", 100, 30_000_001, 30_000_000, 30_000_001), findings)
    (found,) = findings.result().disagreements
    assert (found.figure, found.other_figure) == ("30.000.001", "30.000.000")


def test_a_plan_without_text_says_so(plan_2024: Plan) -> None:
    plan_2024.sections.all().delete()
    assert [found.message for found in check_plan(plan_2024).disagreements] == ["Kế hoạch chưa có văn bản."]


def test_the_number_of_queries_does_not_depend_on_the_data(plan_2024: Plan) -> None:
    with CaptureQueriesContext(connection) as whole:
        check_plan(plan_2024)
    Allocation.objects.filter(unit__key__startswith="so-").delete()
    Nomination.objects.filter(quota=quotas(plan_2024, "sau-dai-hoc")).delete()
    BudgetLine.objects.filter(plan=plan_2024, position__gt=3).delete()
    Participant.objects.filter(plan=plan_2024, unit__key__startswith="so-").exclude(response__isnull=False).delete()
    with CaptureQueriesContext(connection) as part:
        check_plan(plan_2024)
    assert len(whole) == len(part) <= 25


def test_the_command_says_that_all_is_well(plan_2024: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_plan", plan_2024.year)
    assert capsys.readouterr().out.startswith("Không có chỗ nào lệch (đã soát 1.136 số).")


def test_the_command_prints_each_disagreement_and_fails(plan_2024: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    allocate_one_more(plan_2024)
    with pytest.raises(SystemExit) as stopped:
        call_command("check_plan", plan_2024.year)
    printed = capsys.readouterr().out
    assert stopped.value.code == 1
    assert printed.startswith("1. Phụ lục 1, cột «Cao cấp tập trung – HVCT khu vực III»")
    assert "46 ≠ Chỉ tiêu" in printed
    assert "Phân bổ vượt 1." in printed
    assert "Có 1 chỗ lệch" in printed


@pytest.mark.django_db
def test_the_command_knows_only_plans_that_exist() -> None:
    with pytest.raises(CommandError, match="Không có kế hoạch năm 1999"):
        call_command("check_plan", 1999)
