"""The gates that a plan passes before it is submitted and again before it is issued, each with its words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quotas.selectors.approvals import Standing, approval_items
from quotas.selectors.progress import progress
from quotas.selectors.waiting import illustrative_cells
from reports.amendment import working_comparison
from reports.appendices.columns import WrongDefinition, table_columns
from reports.checks import CheckResult, Disagreement, check_plan
from reports.models import CheckException
from reports.plan_document import has_text
from reports.versions import Damaged
from trainingplan.models import Plan, Unit
from trainingplan.rules.numbers import format_count

SUBMITTABLE = (Plan.State.ALLOCATION, Plan.State.AMENDING)


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that must be so. `warning` tells of something that keeps nobody.

    `items` name what it speaks of, `kind` says what they are.
    """

    title: str
    open: bool
    words: str
    items: tuple[str, ...] = ()
    kind: str = "đơn vị"
    warning: bool = False

    @property
    def tone(self) -> str:
        """The class of its pill."""
        if not self.open:
            return "is-bad"
        return "is-warn" if self.warning else "is-ok"


@dataclass(frozen=True, slots=True)
class Finding:
    """A disagreement, with why it may stand if somebody has said so for these very figures."""

    disagreement: Disagreement
    exception: CheckException | None


@dataclass(frozen=True, slots=True)
class Gates:
    """All gates of a plan as it stands, and what its check found."""

    gates: tuple[Gate, ...]
    findings: tuple[Finding, ...]

    @property
    def closed(self) -> tuple[Gate, ...]:
        return tuple(gate for gate in self.gates if not gate.open)

    @property
    def unexplained(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.exception is None)

    @property
    def why_closed(self) -> str:
        """Why the plan cannot pass, in words; empty when it can."""
        return " ".join(f"{gate.title}: {gate.words}" for gate in self.closed)


def examine(plan: Plan) -> Gates:
    """Try every gate; the number of queries does not depend on the data."""
    check = check_plan(plan)
    findings = tuple(_findings(plan, check.disagreements))
    gates = (
        _round(plan),
        _answers(plan),
        *_approvals(plan),
        *_amendment(plan),
        _check(check, findings),
        _printing(plan),
        *_illustrative(plan),
    )
    return Gates(gates, findings)


def _findings(plan: Plan, disagreements: Iterable[Disagreement]) -> Iterator[Finding]:
    given = CheckException.objects.filter(plan=plan, withdrawn_at=None).select_related("given_by")
    standing = {one.key: one for one in given}
    for one in disagreements:
        exception = standing.get(one.key)
        fits = exception and (exception.figure, exception.other_figure) == (one.figure, one.other_figure)
        yield Finding(one, exception if fits else None)


def _round(plan: Plan) -> Gate:
    title = "Đợt đăng ký"
    if plan.state in (Plan.State.DRAFT, Plan.State.REGISTRATION):
        return Gate(title, open=False, words="chưa kết thúc; kế hoạch chưa chuyển sang bước phân bổ.")
    return Gate(title, open=True, words="đã kết thúc.")


def _answers(plan: Plan) -> Gate:
    """The answers are in, or named: no reply by the deadline is no demand, but nobody is forgotten unsaid."""
    found = progress(plan, Unit.objects.all(), asked=0)
    missing = tuple(unit.unit.name for unit in found.missing)
    words = f"{format_count(found.answered)}/{format_count(found.due)} đơn vị đã trả lời"
    if not missing:
        return Gate("Trả lời của đơn vị", open=True, words=f"{words}.")
    words += f"; {format_count(len(missing))} đơn vị không trả lời, được coi là không có nhu cầu:"
    return Gate("Trả lời của đơn vị", open=True, words=words, items=missing, warning=True)


def _approvals(plan: Plan) -> Iterator[Gate]:
    """To issue is the last word on every place; that the leaders were not asked for some before is said."""
    given = [item for item in approval_items(plan).values() if item.total > 0]
    open_ones = [item.quota.name for item in given if item.standing is not Standing.APPROVED]
    if open_ones:
        words = f"lãnh đạo chưa duyệt phân bổ của {format_count(len(open_ones))}/{format_count(len(given))} chỉ tiêu:"
        yield Gate("Duyệt phân bổ", open=True, words=words, items=tuple(open_ones), kind="chỉ tiêu", warning=True)
    elif given:
        yield Gate("Duyệt phân bổ", open=True, words=f"đã duyệt cả {format_count(len(given))} chỉ tiêu có phân bổ.")


def _amendment(plan: Plan) -> Iterator[Gate]:
    """An amendment changes something; a change without a reason of its own is printed without one."""
    title = "Nội dung điều chỉnh"
    try:
        found = working_comparison(plan)
    except Damaged as damaged:
        yield Gate(title, open=False, words=f"không so sánh được với bản trước. {damaged}")
        return
    if found is None:
        return
    changes = len(found.items)
    if not changes:
        yield Gate(title, open=False, words=f"chưa có gì khác bản {found.old.number}.")
        return
    words = f"{format_count(changes)} thay đổi so với bản {found.old.number}"
    if found.missing:
        words += f"; {format_count(found.missing)} thay đổi chưa có lý do riêng"
    yield Gate(title, open=True, words=f"{words}.", warning=bool(found.missing))


def _check(check: CheckResult, findings: tuple[Finding, ...]) -> Gate:
    title, compared = "Soát số liệu", f"đã soát {format_count(check.compared)} số"
    bare = sum(finding.exception is None for finding in findings)
    if bare:
        words = f"{compared}; còn {format_count(bare)} chỗ lệch chưa sửa, cũng chưa có lý do."
        return Gate(title, open=False, words=words)
    if findings:
        words = f"{compared}; {format_count(len(findings))} chỗ lệch, đều có lý do."
        return Gate(title, open=True, words=words, warning=True)
    return Gate(title, open=True, words=f"{compared}, không có chỗ nào lệch.")


def _printing(plan: Plan) -> Gate:
    """Whether there is a text, and whether every appendix is defined so that it can be printed."""
    title = "Văn bản và phụ lục"
    faults = [] if has_text(plan) else ["Kế hoạch chưa có nội dung văn bản."]
    appendices = list(plan.appendices.prefetch_related("columns"))
    for appendix in appendices:
        try:
            table_columns(appendix, list(appendix.columns.all()))
        except WrongDefinition as wrong:
            faults.append(f"{appendix}: {wrong}")
    if faults:
        return Gate(title, open=False, words="chưa in được:", items=tuple(faults))
    return Gate(title, open=True, words=f"in được văn bản và {format_count(len(appendices))} phụ lục.")


def _illustrative(plan: Plan) -> Iterator[Gate]:
    if illustrative_cells(plan):
        words = "kế hoạch còn số liệu minh họa; các tệp ban hành sẽ ghi rõ như vậy."
        yield Gate("Số liệu minh họa", open=True, words=words, warning=True)
