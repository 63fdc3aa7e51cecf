"""The definitions of the appendices: known sources, columns for the quotas they print, the year in their titles."""

import re
from collections.abc import Iterable

from reports.appendices.columns import SOURCE_PREFIX, UnknownSource, kind_of
from reports.checks.findings import NOTHING, Findings
from reports.checks.places import PLAN, Place, Spot, of_appendix, of_quota
from reports.checks.rules import Rule
from reports.fields import Figures
from trainingplan.models import Appendix, AppendixColumn, Plan
from trainingplan.rules.definitions import definition_faults

QUOTA = "quota"
SOURCES = Place("Các nguồn số liệu")
FORM = Place("Mẫu in")
QUOTAS = Place("Chỉ tiêu của kế hoạch", Spot.QUOTA)
_YEAR = re.compile(r"năm (\d{4})")


def check_appendices(
    plan: Plan, figures: Figures, appendices: Iterable[Appendix], funds: set[str], findings: Findings
) -> None:
    """Hold the definitions to what can be printed; `funds` are the keys of the sources of funds."""
    for appendix in appendices:
        columns = list(appendix.columns.all())
        _check_title(plan, appendix, findings)
        for column in columns:
            _check_source(appendix, column, funds, findings)
        place = of_appendix(appendix.number)
        faults = " ".join(definition_faults(appendix.kind, [column.source for column in columns]))
        findings.hold(Rule.DEFINITION, (place, f"{len(columns)} cột"), (FORM, NOTHING), faults, holds=not faults)
        if appendix.kind != Appendix.Kind.BUDGET:
            own = sum(quota.appendix == appendix.number for quota in figures.quotas)
            message = "Phụ lục không in chỉ tiêu nào."
            findings.hold(Rule.APPENDIX_QUOTAS, (place, str(own)), (QUOTAS, NOTHING), message, holds=own > 0)
        if appendix.kind == Appendix.Kind.ALLOCATION:
            _check_quota_columns(appendix, columns, figures, findings)


def _check_title(plan: Plan, appendix: Appendix, findings: Findings) -> None:
    for found in _YEAR.finditer(appendix.title):
        message = "Tên phụ lục ghi năm khác năm của kế hoạch."
        place, holds = of_appendix(appendix.number, ", tên"), int(found[1]) == plan.year
        findings.hold(Rule.TITLE_YEAR, (place, found[1]), (PLAN, str(plan.year)), message, holds=holds)


def _check_source(appendix: Appendix, column: AppendixColumn, funds: set[str], findings: Findings) -> None:
    message = ""
    try:
        kind_of(appendix.kind, column.source)
    except UnknownSource as unknown:
        message = str(unknown)
    if column.source.startswith(SOURCE_PREFIX) and column.source.removeprefix(SOURCE_PREFIX) not in funds:
        message = "Cột lấy từ một nguồn kinh phí không có trong danh mục."
    findings.hold(
        Rule.SOURCE, (_column(appendix, column), column.source), (SOURCES, NOTHING), message, holds=not message
    )


def _check_quota_columns(
    appendix: Appendix, columns: list[AppendixColumn], figures: Figures, findings: Findings
) -> None:
    """Each quota of an allocation table has a column there, and each column of a quota has its quota."""
    ids = {column.pk for column in columns if column.source == QUOTA}
    shown = {quota.column: quota for quota in figures.quotas if quota.appendix == appendix.number}
    for column_id, quota in shown.items():
        message = "Chỉ tiêu thuộc phụ lục nhưng phụ lục không có cột in chỉ tiêu này."
        place, other = of_quota(quota), of_appendix(appendix.number)
        findings.hold(Rule.QUOTA_COLUMN, (place, str(quota.number)), (other, NOTHING), message, holds=column_id in ids)
    for column in columns:
        if column.source == QUOTA:
            message = "Cột chỉ tiêu không gắn với chỉ tiêu nào của phụ lục này."
            place, holds = _column(appendix, column), column.pk in shown
            findings.hold(Rule.COLUMN_QUOTA, (place, NOTHING), (QUOTAS, NOTHING), message, holds=holds)


def _column(appendix: Appendix, column: AppendixColumn) -> Place:
    place = of_appendix(appendix.number, f", cột «{column.head}»")
    return Place(place.words, place.spot, f"{place.key}/{column.position}")
