"""The definitions of the appendices: known sources, columns for the quotas they print, the year in their titles."""

import re

from budget.models import FundSource
from reports.appendices.columns import SOURCE_PREFIX, UnknownSource, kind_of
from reports.checks.findings import NOTHING, Findings
from reports.fields import Figures
from trainingplan.models import Appendix, AppendixColumn, Plan
from trainingplan.rules.definitions import definition_faults

QUOTA = "quota"
_YEAR = re.compile(r"năm (\d{4})")


def check_appendices(plan: Plan, figures: Figures, findings: Findings) -> None:
    funds = set(FundSource.objects.values_list("key", flat=True))
    for appendix in plan.appendices.prefetch_related("columns"):
        columns = list(appendix.columns.all())
        _check_title(plan, appendix, findings)
        for column in columns:
            _check_source(appendix, column, funds, findings)
        faults = " ".join(definition_faults(appendix.kind, [column.source for column in columns]))
        findings.hold(_name(appendix), f"{len(columns)} cột", "Mẫu in", NOTHING, faults, holds=not faults)
        if appendix.kind != Appendix.Kind.BUDGET:
            own = sum(quota.appendix == appendix.number for quota in figures.quotas)
            message = "Phụ lục không in chỉ tiêu nào."
            findings.hold(_name(appendix), str(own), "Chỉ tiêu của kế hoạch", NOTHING, message, holds=own > 0)
        if appendix.kind == Appendix.Kind.ALLOCATION:
            _check_quota_columns(appendix, columns, figures, findings)


def _check_title(plan: Plan, appendix: Appendix, findings: Findings) -> None:
    for found in _YEAR.finditer(appendix.title):
        message = "Tên phụ lục ghi năm khác năm của kế hoạch."
        holds = int(found[1]) == plan.year
        findings.hold(f"{_name(appendix)}, tên", found[1], "Kế hoạch", str(plan.year), message, holds=holds)


def _check_source(appendix: Appendix, column: AppendixColumn, funds: set[str], findings: Findings) -> None:
    where, message = f"{_name(appendix)}, cột «{column.head}»", ""
    try:
        kind_of(appendix.kind, column.source)
    except UnknownSource as unknown:
        message = str(unknown)
    if column.source.startswith(SOURCE_PREFIX) and column.source.removeprefix(SOURCE_PREFIX) not in funds:
        message = "Cột lấy từ một nguồn kinh phí không có trong danh mục."
    findings.hold(where, column.source, "Các nguồn số liệu", NOTHING, message, holds=not message)


def _check_quota_columns(
    appendix: Appendix, columns: list[AppendixColumn], figures: Figures, findings: Findings
) -> None:
    """Each quota of an allocation table has a column there, and each column of a quota has its quota."""
    ids = {column.pk for column in columns if column.source == QUOTA}
    shown = {quota.column: quota for quota in figures.quotas if quota.appendix == appendix.number}
    for column_id, quota in shown.items():
        message = "Chỉ tiêu thuộc phụ lục nhưng phụ lục không có cột in chỉ tiêu này."
        where = f"Chỉ tiêu «{quota.name}»"
        findings.hold(where, str(quota.number), _name(appendix), NOTHING, message, holds=column_id in ids)
    for column in columns:
        if column.source == QUOTA:
            message = "Cột chỉ tiêu không gắn với chỉ tiêu nào của phụ lục này."
            where = f"{_name(appendix)}, cột «{column.head}»"
            findings.hold(where, NOTHING, "Chỉ tiêu của kế hoạch", NOTHING, message, holds=column.pk in shown)


def _name(appendix: Appendix) -> str:
    return f"Phụ lục {appendix.number}"
