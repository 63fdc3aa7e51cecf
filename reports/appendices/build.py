"""From an appendix's definition and the plan's data to its `Document`."""

from collections.abc import Callable, Sequence

from reports.appendices.allocation import allocation_body
from reports.appendices.body import Body, Scope
from reports.appendices.budget import budget_body
from reports.appendices.roster import roster_body
from reports.document import AppendixTitle, Attachment, Document, Note, Orientation, Table
from trainingplan.models import Appendix, AppendixColumn, Plan, Unit
from trainingplan.selectors import plan_day

MARK = "Số liệu minh họa"
BUILDERS: dict[str, Callable[[Plan, Appendix, Sequence[AppendixColumn], Scope], Body]] = {
    Appendix.Kind.ALLOCATION: allocation_body,
    Appendix.Kind.ROSTER: roster_body,
    Appendix.Kind.BUDGET: budget_body,
}


def whole_province() -> Scope:
    """Everything, as the Standing Committee issues it."""
    return Scope(units=Unit.objects.all())


def build_appendix(plan: Plan, appendix: Appendix, scope: Scope) -> Document:
    """The appendix as `scope` may see it. Raises WrongDefinition when its columns cannot be printed."""
    body = BUILDERS[appendix.kind](plan, appendix, list(appendix.columns.all()), scope)
    notes = [Note(line) for line in appendix.notes.splitlines() if line.strip()]
    if not any(table.rows for table in body.blocks if isinstance(table, Table)):
        notes.insert(0, Note("Chưa có số liệu để in.", label="Lưu ý:"))
    if scope.extract_of:
        notes.insert(0, Note(f"Bản trích, chỉ gồm số liệu của {scope.extract_of}.", label="Lưu ý:"))
    title = AppendixTitle(appendix.number, appendix.title, _attachment(plan))
    return Document(
        title=f"Phụ lục {appendix.number}. {appendix.title}",
        blocks=(title, *body.blocks, *notes),
        file_stem=f"phu-luc-{appendix.number}",
        created=plan_day(plan),
        author=plan.issuing_body,
        profile=plan.profile,
        orientation=Orientation.LANDSCAPE if appendix.landscape else Orientation.PORTRAIT,
        mark=MARK if plan.illustrative or body.illustrative else "",
    )


def _attachment(plan: Plan) -> Attachment:
    return Attachment(
        symbol=plan.symbol,
        issuer=plan.issuing_body,
        kind=plan.title.capitalize(),
        number=plan.number,
        dated=plan.issued_on,
    )
