"""The whole-plan workbook as a kind of file of the import centre."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from reports.workbook.reading import contents_of, is_workbook
from reports.workbook.writing import write_template, write_workbook
from trainingplan.imports.kinds import Contents
from trainingplan.models import Plan, User
from trainingplan.policies import Action
from trainingplan.reading import Book


@dataclass(frozen=True, slots=True)
class PlanWorkbook:
    """The file itself names its plan, which need not be there yet."""

    key: str = "so-toan-ke-hoach"
    title: str = "Sổ toàn kế hoạch"
    help: str = (
        "Mọi bảng của một kế hoạch trong một tệp: đơn vị, chương trình, chỉ tiêu, phân bổ, danh sách, kinh phí, lời "
        "văn. Nhập tệp không xóa dòng nào."
    )
    action: Action = Action.EDIT_PLAN
    needs_plan: bool = False

    def template(self, plan: Plan | None, actor: User) -> tuple[str, bytes] | None:  # noqa: ARG002 - the same for all
        today = timezone.localdate()
        if plan is not None:
            return f"so-ke-hoach-{plan.year}.xlsx", write_workbook(plan.year, today)
        return "so-mau.xlsx", write_template(today.year + 1, today)

    def recognises(self, book: Book) -> bool:
        return is_workbook(book)

    def contents(self, book: Book, *, plan: Plan | None, actor: User, answers: Mapping[str, str]) -> Contents:  # noqa: ARG002
        return contents_of(book)


PLAN_WORKBOOK = PlanWorkbook()
