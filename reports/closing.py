"""What is still unsettled of a plan that is about to be closed, counted, each with where it is settled."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Sum
from django.utils import timezone

from budget.models import BudgetLine, GrantedAmount, SettledAmount
from budget.selectors.classes import ClassRow, Hand, class_table
from quotas.models import Approval, ExtensionRequest
from quotas.selectors.rosters import Places, RosterLine, rosters
from trainingplan.models import Plan, Unit
from trainingplan.rules.numbers import format_count, format_money

RUNNING = (BudgetLine.State.OPENED, BudgetLine.State.RUNNING)
NAMED = 3
"""So many classes are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """One kind of thing that is still open: how many, what can be done, and the name of the page where.

    What `blocks` keeps the plan from being closed, unless somebody says that it goes on next year.
    """

    words: str
    remedy: str
    page: str
    query: str = ""
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Remains:
    """All that is open, what blocks first. `illustrative`: some of it is counted from such rows."""

    items: tuple[Unsettled, ...]
    illustrative: bool

    @property
    def blocked(self) -> bool:
        return any(one.blocks for one in self.items)

    @property
    def mark(self) -> str:
        """Stands for what was seen: it is another one when anything of it has changed."""
        return hashlib.sha256(self.told.encode()).hexdigest()[:16]

    @property
    def told(self) -> str:
        """As the record of the closing keeps it: one line each."""
        return "\n".join(one.words for one in self.items)


def why_not_closable(plan: Plan) -> str:
    """Why a plan in its state cannot be closed, and what to do, in words; empty when it is issued."""
    match plan.state:
        case Plan.State.ISSUED:
            return ""
        case Plan.State.CLOSED:
            return f"{plan} đã kết thúc rồi."
        case Plan.State.AMENDING:
            return "Kế hoạch đang mở điều chỉnh. Trình và ban hành bản điều chỉnh, rồi kết thúc."
        case Plan.State.SUBMITTED:
            return "Kế hoạch đang được trình. Ban hành, hoặc rút về để sửa rồi ban hành; sau đó mới kết thúc."
    return f"Kế hoạch đang ở bước «{plan.get_state_display()}», chưa ban hành. Chỉ kết thúc được kế hoạch đã ban hành."


def remains(plan: Plan) -> Remains:
    """What is open of the plan now; the number of queries does not depend on the data."""
    table, lists = class_table(plan, Hand()), rosters(plan, Unit.objects.all())
    rows = table.rows
    items = (*_running(rows), *_year(plan), *_classes(rows), *_money(plan), *_people(lists), *_requests(plan))
    return Remains(items, table.illustrative or any(one.illustrative for one in lists))


def _running(rows: Iterable[ClassRow]) -> Iterator[Unsettled]:
    if running := [row for row in rows if row.line.state in RUNNING]:
        names = "; ".join(f"«{row.line.content}»" for row in running[:NAMED])
        more = f" và {format_count(len(running) - NAMED)} dòng nữa" if len(running) > NAMED else ""
        words = f"{_lines(running)} đã khai giảng, chưa bế giảng: {names}{more}."
        remedy = (
            "Ghi bế giảng ở trang «Mở lớp». Lớp học tiếp sang năm sau thì xác nhận ở dưới; "
            "kế hoạch năm sau theo dõi lớp đó ở một dòng «chuyển tiếp»."
        )
        yield Unsettled(words, remedy, "classes", blocks=True)


def _year(plan: Plan) -> Iterator[Unsettled]:
    if timezone.localdate().year <= plan.year:
        words = f"Năm {plan.year} chưa hết: ngày 31/12/{plan.year} chưa qua."
        yield Unsettled(words, "Nên chờ hết năm, khi các đơn vị đã báo cáo kết quả.", "dashboard")


def _classes(rows: Iterable[ClassRow]) -> Iterator[Unsettled]:
    state, listed = BudgetLine.State, list(rows)
    if waiting := [row for row in listed if row.waits]:
        remedy = "Lớp không mở nữa thì nêu ở ghi chú; lớp đã mở thì ghi khai giảng, bế giảng."
        yield Unsettled(f"{_lines(waiting)} chưa khai giảng.", remedy, "classes")
    if ended := [row for row in listed if row.line.state == state.CLOSED and not row.line.self_funded]:
        remedy = "Nhập số quyết toán ở trang «Ba số», rồi ghi bước quyết toán."
        yield Unsettled(f"{_lines(ended)} đã bế giảng, chưa quyết toán.", remedy, "classes", f"buoc={state.CLOSED}")
    if blind := [row for row in listed if row.line.state in (state.CLOSED, state.SETTLED) and row.present is None]:
        remedy = "Lùi một bước rồi ghi lại bế giảng cùng số học viên có mặt."
        yield Unsettled(f"{_lines(blind)} đã bế giảng mà chưa ghi số học viên.", remedy, "classes")


def _lines(rows: list[ClassRow]) -> str:
    """Lines and classes both: a line of the budget may be several classes of one kind."""
    classes = sum(row.line.classes for row in rows)
    return f"{format_count(classes)} lớp ({format_count(len(rows))} dòng)"


def _money(plan: Plan) -> Iterator[Unsettled]:
    granted = GrantedAmount.objects.filter(line__plan=plan).aggregate(sum=Sum("amount"))["sum"] or 0
    settled = SettledAmount.objects.filter(line__plan=plan).aggregate(sum=Sum("amount"))["sum"] or 0
    if granted > settled:
        words = (
            f"{format_money(granted - settled)} đồng được giao chưa quyết toán "
            f"(giao {format_money(granted)}, quyết toán {format_money(settled) or '0'})."
        )
        yield Unsettled(words, "Nhập số quyết toán, hoặc quyết định thu hồi phần không chi.", "budget-execution")


def _people(lists: Iterable[RosterLine]) -> Iterator[Unsettled]:
    places = sum((one.places for one in lists), Places())
    if places.left > 0:
        words = (
            f"{format_count(places.left)} chỗ đã phân bổ chưa cử người "
            f"(phân bổ {format_count(places.allocated)}, đã cử {format_count(places.nominated)})."
        )
        yield Unsettled(words, "Danh sách sửa khi kế hoạch mở điều chỉnh; không cử nữa thì nêu ở ghi chú.", "rosters")
    if places.reserve:
        words = f"{format_count(places.reserve)} người còn ở danh sách dự bị, chưa quyết định cử hay không."
        yield Unsettled(words, "Không cử nữa thì nêu ở ghi chú.", "rosters")


def _requests(plan: Plan) -> Iterator[Unsettled]:
    asked = ExtensionRequest.objects.filter(participant__plan=plan, state=ExtensionRequest.State.WAITING).count()
    if asked:
        words = f"{format_count(asked)} đề nghị gia hạn của đơn vị chưa được trả lời."
        yield Unsettled(words, "Trả lời ở trang «Tiến độ đăng ký».", "progress")
    waiting = Approval.objects.filter(quota__programme__plan=plan, state=Approval.State.WAITING).count()
    if waiting:
        words = f"{format_count(waiting)} phân bổ đã trình mà lãnh đạo chưa duyệt."
        yield Unsettled(words, "Kế hoạch đã ban hành nên không duyệt riêng nữa; chỉ để biết.", "approvals")
