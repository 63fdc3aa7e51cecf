"""The rules that a check holds a plan to, and which two sides of the plan each of them compares."""

from enum import StrEnum


class Comparison(StrEnum):
    """What is held against what; the label is what people read."""

    TEXT_DATA = "text-data"
    TEXT_SUMS = "text-sums"
    TEXT_QUOTAS = "text-quotas"
    TEXT_APPENDICES = "text-appendices"
    TEXT_BUDGET = "text-budget"
    QUOTAS_APPENDICES = "quotas-appendices"
    QUOTAS_ROSTERS = "quotas-rosters"
    ROSTERS_ALLOCATED = "rosters-allocated"
    REGISTERED_ALLOCATED = "registered-allocated"
    REGISTERED_QUOTAS = "registered-quotas"
    UNITS = "units"
    BUDGET_LINES = "budget-lines"
    BUDGET_APPENDICES = "budget-appendices"
    BUDGET_QUOTAS = "budget-quotas"
    FORMS = "forms"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Comparison.TEXT_DATA: "con số trong văn bản ↔ dữ liệu",
    Comparison.TEXT_SUMS: "phép cộng trong văn bản",
    Comparison.TEXT_QUOTAS: "văn bản ↔ chỉ tiêu",
    Comparison.TEXT_APPENDICES: "văn bản ↔ phụ lục",
    Comparison.TEXT_BUDGET: "văn bản ↔ kinh phí",
    Comparison.QUOTAS_APPENDICES: "chỉ tiêu ↔ phụ lục",
    Comparison.QUOTAS_ROSTERS: "chỉ tiêu ↔ danh sách",
    Comparison.ROSTERS_ALLOCATED: "danh sách ↔ phân bổ",
    Comparison.REGISTERED_ALLOCATED: "đăng ký ↔ phân bổ",
    Comparison.REGISTERED_QUOTAS: "đăng ký ↔ chỉ tiêu",
    Comparison.UNITS: "phân bổ, danh sách ↔ đơn vị tham gia",
    Comparison.BUDGET_LINES: "dòng kinh phí ↔ dự toán, mức chi, nguồn",
    Comparison.BUDGET_APPENDICES: "kinh phí ↔ phụ lục",
    Comparison.BUDGET_QUOTAS: "kinh phí ↔ chỉ tiêu",
    Comparison.FORMS: "mẫu phụ lục",
}


class Rule(StrEnum):
    """One thing that must hold. The values stand in the keys of disagreements: never change one."""

    NO_TEXT = "no-text"
    FAULT = "fault"
    STRAY = "stray"
    SUBJECT_YEAR = "subject-year"
    COUNTING_WORD = "counting-word"
    QUALIFIER = "qualifier"
    WRITTEN_SUM = "written-sum"
    BRACKETS = "brackets"
    ITEMS = "items"
    MONEY = "money"
    OWN_APPENDIX = "own-appendix"
    QUOTA_SAID = "quota-said"
    CLASSES_SAID = "classes-said"
    BUDGET_SAID = "budget-said"
    APPENDIX_SAID = "appendix-said"
    PROGRAMME_APPENDICES = "programme-appendices"
    TITLE_YEAR = "title-year"
    SOURCE = "source"
    DEFINITION = "definition"
    APPENDIX_QUOTAS = "appendix-quotas"
    QUOTA_COLUMN = "quota-column"
    COLUMN_QUOTA = "column-quota"
    ALLOCATED = "allocated"
    ROSTER = "roster"
    REGISTERED = "registered"
    NOMINATED = "nominated"
    ALLOCATED_MEMBER = "allocated-member"
    NOMINATED_MEMBER = "nominated-member"
    ALLOCATED_REGISTERED = "allocated-registered"
    LINE_AMOUNT = "line-amount"
    LINE_SOURCES = "line-sources"
    COST_LEVEL = "cost-level"
    SELF_FUNDED = "self-funded"
    FUND_COLUMN = "fund-column"
    LEARNERS = "learners"


BY_FIGURE = frozenset({Rule.STRAY, Rule.FAULT})
"""Rules whose findings the figure alone tells apart: several may stand in one paragraph."""

COMPARISONS = {
    Rule.NO_TEXT: Comparison.TEXT_DATA,
    Rule.FAULT: Comparison.TEXT_DATA,
    Rule.STRAY: Comparison.TEXT_DATA,
    Rule.SUBJECT_YEAR: Comparison.TEXT_DATA,
    Rule.COUNTING_WORD: Comparison.TEXT_QUOTAS,
    Rule.QUALIFIER: Comparison.TEXT_QUOTAS,
    Rule.WRITTEN_SUM: Comparison.TEXT_SUMS,
    Rule.BRACKETS: Comparison.TEXT_SUMS,
    Rule.ITEMS: Comparison.TEXT_SUMS,
    Rule.MONEY: Comparison.TEXT_BUDGET,
    Rule.OWN_APPENDIX: Comparison.TEXT_APPENDICES,
    Rule.QUOTA_SAID: Comparison.TEXT_QUOTAS,
    Rule.CLASSES_SAID: Comparison.TEXT_QUOTAS,
    Rule.BUDGET_SAID: Comparison.TEXT_BUDGET,
    Rule.APPENDIX_SAID: Comparison.TEXT_APPENDICES,
    Rule.PROGRAMME_APPENDICES: Comparison.TEXT_APPENDICES,
    Rule.TITLE_YEAR: Comparison.FORMS,
    Rule.SOURCE: Comparison.FORMS,
    Rule.DEFINITION: Comparison.FORMS,
    Rule.APPENDIX_QUOTAS: Comparison.QUOTAS_APPENDICES,
    Rule.QUOTA_COLUMN: Comparison.QUOTAS_APPENDICES,
    Rule.COLUMN_QUOTA: Comparison.QUOTAS_APPENDICES,
    Rule.ALLOCATED: Comparison.QUOTAS_APPENDICES,
    Rule.ROSTER: Comparison.QUOTAS_ROSTERS,
    Rule.REGISTERED: Comparison.REGISTERED_QUOTAS,
    Rule.NOMINATED: Comparison.ROSTERS_ALLOCATED,
    Rule.ALLOCATED_MEMBER: Comparison.UNITS,
    Rule.NOMINATED_MEMBER: Comparison.UNITS,
    Rule.ALLOCATED_REGISTERED: Comparison.REGISTERED_ALLOCATED,
    Rule.LINE_AMOUNT: Comparison.BUDGET_LINES,
    Rule.LINE_SOURCES: Comparison.BUDGET_LINES,
    Rule.COST_LEVEL: Comparison.BUDGET_LINES,
    Rule.SELF_FUNDED: Comparison.BUDGET_LINES,
    Rule.FUND_COLUMN: Comparison.BUDGET_APPENDICES,
    Rule.LEARNERS: Comparison.BUDGET_QUOTAS,
}
