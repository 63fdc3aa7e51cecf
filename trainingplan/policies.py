"""Who may do what: the one table of roles, and the scope of units that every list, grid and export starts from."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import wraps
from operator import attrgetter
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from trainingplan.models import Delegation, Plan, Role, Unit, User
from trainingplan.prepared import prepared

STATE_GROUP = "nha-nuoc"
FROZEN = (Plan.State.SUBMITTED, Plan.State.ISSUED, Plan.State.CLOSED)
"""The states in which nothing that a plan says is written, through whatever door; a submitted plan can be recalled.

What is recorded beside an issued plan – funds granted and settled, steps of classes – goes on until `why_ended`.
"""


class Action(StrEnum):
    """What one may do. A view names exactly one; see `access` and `plan_view`."""

    SEE_HOME = "see_home"
    SEE_DASHBOARD = "see_dashboard"
    SEE_REGISTRATION = "see_registration"
    EDIT_REGISTRATION = "edit_registration"
    SEE_PROGRESS = "see_progress"
    SEE_ALLOCATION = "see_allocation"
    ALLOCATE = "allocate"
    SEE_ROSTER = "see_roster"
    EDIT_ROSTER = "edit_roster"
    SEE_BUDGET = "see_budget"
    EDIT_BUDGET = "edit_budget"
    SEE_CLASSES = "see_classes"
    RUN_CLASSES = "run_classes"
    SEE_APPENDICES = "see_appendices"
    SEE_PLAN = "see_plan"
    EDIT_PLAN = "edit_plan"
    SUBMIT_PLAN = "submit_plan"
    ISSUE_PLAN = "issue_plan"
    SEE_CHECKS = "see_checks"
    CHECK_WORD = "check_word"
    SEE_TRAIL = "see_trail"
    SEE_CELL_HISTORY = "see_cell_history"
    SEE_REFUSALS = "see_refusals"
    SEE_READINGS = "see_readings"
    SEE_PERSONAL_DATA = "see_personal_data"
    SEE_APPROVALS = "see_approvals"
    SUBMIT_ALLOCATION = "submit_allocation"
    DECIDE_ALLOCATION = "decide_allocation"
    SEE_DELEGATIONS = "see_delegations"
    DELEGATE = "delegate"
    RUN_ROUND = "run_round"
    KEEP_CATALOGUES = "keep_catalogues"
    KEEP_NORMS = "keep_norms"
    IMPORT_FILES = "import_files"
    MANAGE_USERS = "manage_users"
    KEEP_BACKUPS = "keep_backups"
    SEE_JOBS = "see_jobs"


_UNIT = frozenset({
    Action.SEE_HOME,
    Action.SEE_DASHBOARD,
    Action.SEE_REGISTRATION,
    Action.EDIT_REGISTRATION,
    Action.SEE_ALLOCATION,
    Action.SEE_ROSTER,
    Action.EDIT_ROSTER,
    Action.SEE_APPENDICES,
    Action.SEE_CELL_HISTORY,
    Action.IMPORT_FILES,
})  # fmt: skip
_READ_ALL = frozenset({
    Action.SEE_HOME,
    Action.SEE_DASHBOARD,
    Action.SEE_REGISTRATION,
    Action.SEE_PROGRESS,
    Action.SEE_ALLOCATION,
    Action.SEE_ROSTER,
    Action.SEE_BUDGET,
    Action.SEE_CLASSES,
    Action.SEE_APPENDICES,
    Action.SEE_PLAN,
    Action.SEE_CHECKS,
    Action.SEE_TRAIL,
    Action.SEE_CELL_HISTORY,
    Action.SEE_APPROVALS,
    Action.SEE_DELEGATIONS,
})  # fmt: skip

PERMITTED: dict[Role, frozenset[Action]] = {
    Role.UNIT: _UNIT,
    Role.SCHOOL: _UNIT | {Action.SEE_PROGRESS, Action.SEE_CLASSES, Action.RUN_CLASSES},
    Role.HOME_AFFAIRS: _UNIT | {Action.SEE_PROGRESS},
    Role.MANAGER: _READ_ALL | {Action.DECIDE_ALLOCATION, Action.ISSUE_PLAN, Action.DELEGATE},
    Role.BOARD: _READ_ALL
    | {Action.EDIT_REGISTRATION, Action.ALLOCATE, Action.EDIT_ROSTER, Action.EDIT_BUDGET, Action.RUN_ROUND}
    | {Action.KEEP_CATALOGUES, Action.SUBMIT_ALLOCATION, Action.SEE_REFUSALS, Action.EDIT_PLAN, Action.SUBMIT_PLAN}
    | {Action.SEE_READINGS, Action.SEE_PERSONAL_DATA, Action.RUN_CLASSES}
    | {Action.CHECK_WORD, Action.KEEP_NORMS, Action.SEE_JOBS, Action.IMPORT_FILES},
    Role.FINANCE: frozenset(
        {
            Action.SEE_HOME,
            Action.SEE_DASHBOARD,
            Action.SEE_BUDGET,
            Action.EDIT_BUDGET,
            Action.SEE_CLASSES,
            Action.RUN_CLASSES,
            Action.KEEP_NORMS,
            Action.IMPORT_FILES,
            Action.SEE_APPENDICES,
        }
    ),
    Role.ADMIN: frozenset({Action.SEE_HOME, Action.MANAGE_USERS, Action.KEEP_BACKUPS, Action.SEE_REFUSALS})
    | {Action.SEE_JOBS, Action.SEE_READINGS},
}

DEPUTIES = frozenset({Role.MANAGER, Role.BOARD})
"""Who may act for a principal: those who see what is to be decided."""


def may(user: User, action: Action) -> bool:
    """Whether the user's role permits the action at all; the scope of units is a second question."""
    return user.is_active and action in PERMITTED[Role(user.role)]


def require(user: User, action: Action) -> None:
    """Raise PermissionDenied (403) unless the role permits the action."""
    if not may(user, action):
        raise PermissionDenied(action)


def why_ended(plan: Plan) -> str:
    """Why nothing at all of the plan is written any more, in words; empty until it is closed.

    A closed plan is read, printed and exported, lends its data to the next one, has its people forgotten in time, and
    may be opened again; numbers, rosters, text, classes and money are closed, as FROZEN and this say together.
    """
    if plan.state != Plan.State.CLOSED:
        return ""
    return (
        f"{plan} đã kết thúc, không ghi gì thêm được. Cần sửa thì đề nghị lãnh đạo mở lại ở trang "
        "«Kế hoạch», mục «Kết thúc»."
    )


def roles_with(action: Action) -> list[Role]:
    return [role for role in Role if action in PERMITTED[role]]


def may_deputise(user: User) -> bool:
    return user.is_active and user.role in DEPUTIES


def principals_of(user: User) -> QuerySet[User]:
    """Those for whom the user decides today as deputy. Only a principal's own right is lent: there are no chains."""
    if not may_deputise(user):
        return User.objects.none()
    today = timezone.localdate()
    in_force = Delegation.objects.filter(
        deputy=user, revoked_at__isnull=True, valid_from__lte=today, valid_to__gte=today
    ).values("principal")
    return User.objects.filter(pk__in=in_force, is_active=True, role__in=roles_with(Action.DECIDE_ALLOCATION))


def deciding_rights(user: User) -> tuple[User, ...]:
    """In whose right the user may approve or refuse an allocation today: his own first, then those of principals."""
    own = (user,) if may(user, Action.DECIDE_ALLOCATION) else ()
    return (*own, *principals_of(user).order_by("full_name", "pk"))


def visible_units(user: User) -> QuerySet[Unit]:
    """The units whose data the user may see: a filter, so that nothing is fetched that must not be shown."""
    if not user.is_active:
        return Unit.objects.none()
    match Role(user.role):
        case Role.BOARD | Role.MANAGER | Role.SCHOOL:
            return Unit.objects.all()
        case Role.HOME_AFFAIRS:
            today = timezone.localdate()
            placed = Q(placements__group__key=STATE_GROUP, placements__valid_from__lte=today) & (
                Q(placements__valid_to__isnull=True) | Q(placements__valid_to__gt=today)
            )
            return Unit.objects.filter(placed | Q(participations__group__key=STATE_GROUP) | Q(users=user)).distinct()
        case Role.UNIT:
            return Unit.objects.filter(users=user)
        case Role.FINANCE | Role.ADMIN:
            return Unit.objects.none()


OF_A_UNIT = frozenset({Role.UNIT, Role.SCHOOL, Role.HOME_AFFAIRS})
"""Who act for a unit of their own."""


def editable_units(user: User) -> QuerySet[Unit]:
    """The units in whose name the user may write: the Board for all, everybody else for their own at the most."""
    if user.is_active and user.role == Role.BOARD:
        return Unit.objects.all()
    if user.is_active and user.role in OF_A_UNIT:
        return Unit.objects.filter(users=user)
    return Unit.objects.none()


def writes_for(user: User, unit_id: int) -> bool:
    """Whether the unit is one of `editable_units`, without a query."""
    if not user.is_active:
        return False
    return user.role == Role.BOARD or (user.role in OF_A_UNIT and user.unit_id == unit_id)


def sees_all_units(user: User) -> bool:
    """Whether `visible_units` is unrestricted, so that totals may be shown as totals of the province."""
    return user.is_active and user.role in (Role.BOARD, Role.MANAGER, Role.SCHOOL)


def sees_personal_data(user: User, unit_id: int) -> bool:
    """Whether the user may read sensitive data (ethnicity) of that unit's people; others see a mask."""
    return sees_all_personal_data(user) or (user.is_active and user.unit_id == unit_id)


def sees_all_personal_data(user: User) -> bool:
    """Whether the user may read the sensitive data of everybody's people, as a file of all of them holds it."""
    return user.is_active and user.role in (Role.BOARD, Role.MANAGER)


def sees_totals(user: User) -> bool:
    """Whether totals of the province by programme are for the user: with all units, or for the money they cost."""
    return sees_all_units(user) or (user.is_active and user.role == Role.FINANCE)


def visible_unit_or_404(user: User, key: str) -> Unit:
    """The unit of that key if the user may see it; for anybody else it does not exist. One's own is at hand."""
    if writes_for(user, user.unit_id or 0) and user.unit and user.unit.key == key:
        return user.unit
    unit = visible_units(user).filter(key=key).first()
    if unit is None:
        raise Http404(key)
    return unit


class UserRequest(HttpRequest):
    """A request of somebody who has signed in; `LoginRequiredMiddleware` sees to that."""

    user: User


View = TypeVar("View", bound=Callable[..., HttpResponse])

READ, FORM, WRITE = ("GET", "HEAD"), ("GET", "HEAD", "POST"), ("POST",)
"""The methods of a page that is read, of one with a form, and of an address that only takes in."""


def access(action: Action, methods: Sequence[str] = READ) -> Callable[[View], View]:
    """Open a view to the roles that may do `action`; others get 403, and those who may, 405 for other methods.

    The test of all URLs reads `view.action`.
    """

    def decorate(view: View) -> View:
        served = require_http_methods(methods)(view)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(cast("User", request.user), action)
            return served(request, *args, **kwargs)

        guarded.action = action  # type: ignore[attr-defined]
        return cast("View", guarded)

    return decorate


def plans_of(request: HttpRequest) -> list[Plan]:
    """All plans, the newest first: read once a request, for the view and for the switch in its frame."""
    if "plans" not in vars(request):
        vars(request)["plans"] = sorted(all_plans(), key=attrgetter("year"), reverse=True)
    plans: list[Plan] = vars(request)["plans"]
    return plans


@prepared
def all_plans() -> QuerySet[Plan]:
    return Plan.objects.order_by()


def plan_view(
    action: Action, methods: Sequence[str] = READ
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """`access` for a view under `/<year>/…`: it is called with the plan of that year in place of the year."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def with_plan(request: HttpRequest, year: int, *args: Any, **kwargs: Any) -> HttpResponse:
            plan = next((plan for plan in plans_of(request) if plan.year == year), None)
            if plan is None:
                raise Http404(year)
            return view(request, plan, *args, **kwargs)

        return access(action, methods)(with_plan)

    return decorate
