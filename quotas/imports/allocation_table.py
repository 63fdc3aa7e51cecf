"""The kinds of files that are tables of units × quotas in the shape of appendices 1 and 4: allocated, or registered."""

from collections.abc import Mapping
from dataclasses import dataclass

from quotas.imports.table_columns import known_columns, tables_of
from quotas.imports.table_file import table_file
from quotas.imports.table_rows import Table as UnitTable
from quotas.imports.table_rows import read_table
from quotas.models import Allocation, Registration
from quotas.resources import AllocationResource, RegistrationResource
from quotas.rules.people_table import find_people
from quotas.rules.tables import COMMON, Head, HeadWords, find_head, text_at
from quotas.selectors.matching import unit_book
from trainingplan.imports.kinds import Contents
from trainingplan.models import Plan, User
from trainingplan.policies import Action
from trainingplan.reading import Book, Sheet
from trainingplan.rules.names import fold
from trainingplan.selectors import plan_units
from trainingplan.services.refusals import Refused


@dataclass(slots=True, eq=False)
class TableKind:
    """`registered`: the numbers are what units ask for, which the title of such a table says."""

    key: str
    title: str
    help: str
    registered: bool = False
    action: Action = Action.ALLOCATE
    needs_plan: bool = True

    def template(self, plan: Plan | None, actor: User) -> tuple[str, bytes] | None:  # noqa: ARG002
        """The plan's own table with what stands; an appendix from its page does as well."""
        return (f"{self.key}-{plan.year}.xlsx", table_file(plan, registered=self.registered)) if plan else None

    def recognises(self, book: Book) -> bool:
        return any(
            (head := _head(sheet)) is not None and _says_registered(sheet, head) == self.registered
            for sheet in book.sheets
            if not sheet.hidden
        )

    def contents(self, book: Book, *, plan: Plan | None, actor: User, answers: Mapping[str, str]) -> Contents:  # noqa: ARG002
        """Every sheet that has such a table; the others are left alone."""
        if plan is None:
            raise Refused("Chọn kế hoạch năm mà bảng này thuộc về rồi nhập lại.")
        known = known_columns(plan)
        shown = [(sheet, _head(sheet, known.words)) for sheet in book.sheets if not sheet.hidden]
        sheets = [(sheet, head) for sheet, head in shown if head is not None]
        found = tables_of(sheets, known)
        if not found:
            raise Refused(
                "Không thấy bảng nào có cột đơn vị và cột chỉ tiêu của kế hoạch. Tiêu đề cột phải như trong phụ lục; "
                "tải phụ lục ở trang «Phụ lục» để làm mẫu."
            )
        members = plan_units(plan)
        scene = UnitTable(
            plan=plan,
            resource=RegistrationResource if self.registered else AllocationResource,
            cells=Registration if self.registered else Allocation,
            book=unit_book(plan, {member.unit_id: member.name for member in members}),
            keys={member.unit_id: member.key for member in members},
            names={member.unit_id: member.name for member in members},
            groups=frozenset(fold(member.group) for member in members),
            words=known.words,
            answers=answers,
        )
        return read_table(scene, found, known.quotas)


def _head(sheet: Sheet, words: HeadWords = COMMON) -> Head | None:
    merged = [(one.top - 1, one.left - 1, one.bottom - 1, one.right - 1) for one in sheet.merged]
    head = find_head(sheet.rows, merged, words)
    # A list of people has a column of units, too, and a file of the back office its keys.
    others = {"ho va ten", "khoa don vi", "khoa chi tieu"}
    if head is None or find_people(sheet.rows, merged) or any(others.intersection(path) for path in head.paths):
        return None
    return head


def _says_registered(sheet: Sheet, head: Head) -> bool:
    """By what stands above the table."""
    rows = sheet.rows[: head.top]
    title = fold(" ".join(text_at(rows, row, column) for row in range(len(rows)) for column in range(len(rows[row]))))
    return "nhu cau" in title or ("dang ky" in title and "phan bo" not in title)


ALLOCATION_TABLE = TableKind(
    "bang-phan-bo",
    "Bảng phân bổ chỉ tiêu (như phụ lục 1, 4)",
    "Đơn vị theo dòng, chỉ tiêu theo cột, tiêu đề như trong phụ lục. Tải phụ lục ở trang «Phụ lục», sửa số rồi nhập "
    "lại. Dòng cộng được kiểm tra, không được nhập.",
)
REGISTRATION_TABLE = TableKind(
    "bang-dang-ky",
    "Bảng tổng hợp đăng ký nhu cầu",
    "Cùng dạng với bảng phân bổ, nhưng là số các đơn vị đăng ký; nhập thay cho đơn vị.",
    registered=True,
)
