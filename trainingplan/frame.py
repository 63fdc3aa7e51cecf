"""What every page's frame shows: the plan and its switch, the menu by role, what waits for the user."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from trainingplan.models import Appendix, Plan, User
from trainingplan.policies import Action, may, plans_of
from trainingplan.selectors import ended_words, plan_day, unit_names


@dataclass(frozen=True, slots=True)
class Deadline:
    """A time by which something is due, and how far it is in whole days."""

    at: datetime

    @property
    def days_left(self) -> int:
        return (timezone.localdate(self.at) - timezone.localdate()).days

    @property
    def passed(self) -> bool:
        return timezone.now() >= self.at

    @property
    def words(self) -> str:
        """Like "còn 6 ngày", "hạn hôm nay", "quá hạn 2 ngày"."""
        days = self.days_left
        if self.passed:
            return f"quá hạn {-days} ngày" if days < 0 else "vừa hết hạn"
        return f"còn {days} ngày" if days else "hạn hôm nay"

    @property
    def tone(self) -> str:
        """The class of its pill: calm, soon, late."""
        if self.passed:
            return "is-bad"
        return "is-warn" if self.days_left <= SOON else "is-info"


SOON = 3


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for the user: what, by when, and the one button that begins it."""

    title: str
    detail: str
    button: str
    url: str
    deadline: Deadline | None = None


WITHOUT_END = datetime.max.replace(tzinfo=UTC)
TaskSource = Callable[[Plan, User], list[Task]]


def waiting_tasks(plan: Plan, user: User) -> list[Task]:
    """All that waits for the user in the plan, the nearest deadline first; each app answers for itself."""
    sources: list[TaskSource] = [import_string(name) for name in settings.TASK_SOURCES]
    tasks = [task for source in sources for task in source(plan, user)]
    return sorted(tasks, key=lambda task: task.deadline.at if task.deadline else WITHOUT_END)


@dataclass(frozen=True, slots=True)
class Page:
    """A line of the menu. The names of all its addresses begin with one of `family`."""

    label: str
    purpose: str
    url_name: str
    family: str | tuple[str, ...]
    icon: str
    actions: tuple[Action, ...]
    by_year: bool = True


MENU = (
    Page("Việc của tôi", "Những việc đang chờ, xếp theo hạn", "tasks", "tasks", "tasks", (Action.SEE_HOME,)),
    Page(
        "Tổng quan",
        "Chỉ tiêu giao, đăng ký, phân bổ, đã cử; kinh phí theo nguồn",
        "dashboard",
        "dashboard",
        "dashboard",
        (Action.SEE_DASHBOARD,),
    ),
    Page(
        "Đăng ký nhu cầu",
        "Số người đơn vị đăng ký cho từng chỉ tiêu",
        "registration",
        "registration",
        "registration",
        (Action.SEE_REGISTRATION,),
    ),
    Page(
        "Tiến độ đăng ký",
        "Đơn vị đã gửi, đang nhập, chưa trả lời",
        "progress",
        "progress",
        "progress",
        (Action.SEE_PROGRESS,),
    ),
    Page(
        "Phân bổ chỉ tiêu",
        "Số giao cho từng đơn vị theo phụ lục",
        "allocation-index",
        "allocation",
        "allocation",
        (Action.SEE_ALLOCATION,),
    ),
    Page(
        "Duyệt phân bổ",
        "Phân bổ đã trình, đã duyệt, cần trình lại",
        "approvals",
        "approvals",
        "approvals",
        (Action.SEE_APPROVALS,),
    ),
    Page(
        "Danh sách cử đi",
        "Cán bộ được cử, theo chỉ tiêu",
        "rosters",
        ("roster", "nomination"),
        "roster",
        (Action.SEE_ROSTER,),
    ),
    Page("Kinh phí", "Các dòng kinh phí và nguồn", "budget", "budget", "budget", (Action.SEE_BUDGET,)),
    Page("Mở lớp", "Các bước của từng lớp; lớp nào trễ", "classes", "class", "classes", (Action.SEE_CLASSES,)),
    Page("Kế hoạch", "Văn bản kế hoạch; tải Word, PDF", "plan-text", "plan", "plan", (Action.SEE_PLAN,)),
    Page(
        "Soát số liệu",
        "Chỗ văn bản, chỉ tiêu, phụ lục và kinh phí lệch nhau",
        "checks",
        "checks",
        "checks",
        (Action.SEE_CHECKS,),
    ),
    Page(
        "Phụ lục",
        "Xem trước và tải các phụ lục, Excel và PDF",
        "appendices",
        "appendi",
        "appendices",
        (Action.SEE_APPENDICES,),
    ),
    Page(
        "Nhập – xuất Excel",
        "Tệp mẫu, nhập tệp, xem trước, hoàn tác",
        "imports",
        "import",
        "imports",
        (Action.IMPORT_FILES,),
        by_year=False,
    ),
    Page("Nhật ký", "Ai sửa gì, lúc nào, vì sao", "trail", ("trail", "cell-history"), "trail", (Action.SEE_TRAIL,)),
    Page(
        "Ủy quyền",
        "Ai duyệt thay ai, từ ngày nào đến ngày nào",
        "delegations",
        "delegation",
        "delegations",
        (Action.SEE_DELEGATIONS,),
        by_year=False,
    ),
    Page(
        "Từ chối truy cập",
        "Ai đã gọi địa chỉ không thuộc phạm vi của mình",
        "access-refusals",
        "access-refusals",
        "refusals",
        (Action.SEE_REFUSALS,),
        by_year=False,
    ),
    Page(
        "Việc nền",
        "Việc dài đang chạy và kết quả để tải",
        "jobs",
        "job",
        "jobs",
        (Action.SEE_HOME,),
        by_year=False,
    ),
    Page(
        "Dữ liệu cá nhân",
        "Mọi thứ hệ thống lưu về một người; trao cho chính người đó khi được yêu cầu",
        "people",
        ("people", "person-"),
        "person",
        (Action.SEE_PERSONAL_DATA,),
        by_year=False,
    ),
    Page(
        "Đọc dữ liệu cá nhân",
        "Ai đã mở trang, tệp có dữ liệu cá nhân không che",
        "personal-reads",
        "personal-reads",
        "reads",
        (Action.MANAGE_USERS,),
        by_year=False,
    ),
    Page(
        "An toàn tài khoản",
        "Khóa đăng nhập, xác thực hai lớp, tài khoản lâu không dùng",
        "account-safety",
        ("account-safety", "second-factor-drop"),
        "safety",
        (Action.MANAGE_USERS,),
        by_year=False,
    ),
    Page(
        "Sao lưu",
        "Các bản sao lưu, sao lưu ngay, tải về",
        "backups",
        "backup",
        "backups",
        (Action.KEEP_BACKUPS,),
        by_year=False,
    ),
    Page(
        "Danh mục, Quản trị",
        "Đơn vị, chương trình, chỉ tiêu, phụ lục, người dùng",
        "admin:index",
        "admin",
        "admin",
        (Action.KEEP_CATALOGUES, Action.MANAGE_USERS),
        by_year=False,
    ),
)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    label: str
    purpose: str
    url: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class PlanChoice:
    plan: Plan
    url: str
    current: bool


MENUS = 512
"""Kept by each process."""
STATE_TONES = {
    **dict.fromkeys((Plan.State.REGISTRATION, Plan.State.ALLOCATION), "is-info"),
    **dict.fromkeys((Plan.State.SUBMITTED, Plan.State.AMENDING), "is-warn"),
    Plan.State.ISSUED: "is-ok",
}


class Frame:
    """The frame of one request; what a template does not show is not read."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.user, self._request = user, request
        match = request.resolver_match
        self._view_name = match.view_name if match else ""
        self._kwargs: dict[str, Any] = dict(match.kwargs) if match else {}

    @cached_property
    def _all_plans(self) -> list[Plan]:
        return plans_of(self._request)

    @cached_property
    def plan(self) -> Plan | None:
        """The plan of the address; where the address names none, the newest."""
        year = self._kwargs.get("year")
        named = next((plan for plan in self._all_plans if plan.year == year), None)
        return named or next(iter(self._all_plans), None)

    @cached_property
    def plans(self) -> list[PlanChoice]:
        """The switch: the same page in each plan, or the list above it where a plan may not have it."""
        return [PlanChoice(plan, self._same_page(plan), plan == self.plan) for plan in self._all_plans]

    @property
    def state_tone(self) -> str:
        return STATE_TONES.get(Plan.State(self.plan.state), "") if self.plan else ""

    @cached_property
    def ended(self) -> str:
        """On pages of a plan that has ended: since when, in words. One query there, none elsewhere."""
        return ended_words(self.plan) if self.plan and "year" in self._kwargs else ""

    @property
    def menu(self) -> tuple[MenuEntry, ...]:
        return _menu(*self._menu_key)

    @property
    def menu_html(self) -> SafeString:
        return _menu_html(*self._menu_key)

    @cached_property
    def _menu_key(self) -> tuple[tuple[bool, ...], int | None, str]:
        """All that the menu depends on."""
        shown = tuple(any(may(self.user, action) for action in page.actions) for page in MENU)
        return shown, self.plan.year if self.plan else None, self._view_name

    @property
    def doors(self) -> list[MenuEntry]:
        """The menu without the page it stands on."""
        return [entry for entry in self.menu if not entry.current]

    @cached_property
    def tasks(self) -> list[Task]:
        return waiting_tasks(self.plan, self.user) if self.plan else []

    @property
    def tasks_url(self) -> str:
        return self._url("tasks")

    @property
    def idle_seconds(self) -> int:
        seconds: int = settings.IDLE_SECONDS
        return seconds

    @property
    def search_url(self) -> str:
        return self._url("search")

    @cached_property
    def unit_name(self) -> str:
        if self.user.unit_id is None or self.plan is None:
            return ""
        return unit_names(plan_day(self.plan), [self.user.unit_id]).get(self.user.unit_id, "")

    @property
    def user_place(self) -> str:
        """The unit somebody acts for, else the role."""
        return self.unit_name or self.user.get_role_display()

    def _url(self, name: str) -> str:
        """The address of a page of the plan, or nothing where there is none to show in it."""
        return _address(name, self.plan.year) if self.plan else ""

    def _same_page(self, plan: Plan) -> str:
        kwargs = {"year": plan.year}
        if "year" in self._kwargs and (plan == self.plan or plan.pk in self._plans_with_page):
            return reverse(self._view_name, kwargs=self._kwargs | kwargs)
        family = (page.url_name for page in MENU if page.by_year and self._view_name.startswith(page.family))
        return reverse(next(family, "tasks"), kwargs=kwargs)

    @cached_property
    def _plans_with_page(self) -> set[int]:
        """The plans that surely have this page: all, those with the appendix that it is about, or none."""
        about = {name: value for name, value in self._kwargs.items() if name != "year"}
        if not about or about == {"number": 0}:
            return {plan.pk for plan in self._all_plans}
        if set(about) != {"number"}:
            return set()
        return set(Appendix.objects.filter(number=about["number"]).values_list("plan_id", flat=True))


@lru_cache(MENUS)
def _menu(shown: tuple[bool, ...], year: int | None, view_name: str) -> tuple[MenuEntry, ...]:
    """The pages that are for the user and, where there is a plan to show in them, those of the year."""
    entries = []
    for page, may_see in zip(MENU, shown, strict=True):
        if may_see and (year or not page.by_year) and (url := _address(page.url_name, year if page.by_year else None)):
            entries.append(MenuEntry(page.label, page.purpose, url, page.icon, view_name.startswith(page.family)))
    return tuple(entries)


@lru_cache(MENUS)
def _menu_html(shown: tuple[bool, ...], year: int | None, view_name: str) -> SafeString:
    """It is the same for all who may see the same pages: each process renders it once."""
    return render_to_string("trainingplan/menu.html", {"entries": _menu(shown, year, view_name)})


@lru_cache(MENUS)
def _address(name: str, year: int | None) -> str:
    """Nothing where there is no such page."""
    try:
        return reverse(name, kwargs={"year": year} if year else {})
    except NoReverseMatch:
        return ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor; nothing for somebody who has not signed in."""
    user = getattr(request, "user", None)
    return {"frame": Frame(request, user)} if isinstance(user, User) else {}
