"""Trình, ban hành: where the plan stands on its way to the leaders, what keeps it, and the one next step."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from quotas.models import Quota
from quotas.services.rounds import begin_allocation
from reports.gates import SUBMITTABLE, examine
from reports.jobs.issue import key_of, start_issue
from reports.models import Amendment, Submittal, Version
from reports.services.submittals import (
    give_exception,
    open_amendment,
    recall_plan,
    submit_plan,
    withdraw_exception,
)
from reports.services.versions import Paper
from reports.versions import HEAVY
from reports.views.issue_forms import PaperForm, ReasonForm
from trainingplan.frame import Task
from trainingplan.models import Job, Plan, User
from trainingplan.models.jobs import PENDING
from trainingplan.policies import WRITE, Action, UserRequest, deciding_rights, may, plan_view
from trainingplan.rules.numbers import format_count
from trainingplan.services.reauth import recently_signed_in
from trainingplan.services.refusals import Refused
from trainingplan.views.jobs import follow

ON_THE_WAY = (Plan.State.REGISTRATION, *SUBMITTABLE, Plan.State.SUBMITTED)
MOST_DIGITS = 18


@plan_view(Action.SEE_PLAN)
def issue(request: UserRequest, plan: Plan) -> HttpResponse:
    """The state, the gates with each exception, and the next step of who reads it."""
    return _page(request, plan)


def _page(request: UserRequest, plan: Plan, **more: Any) -> HttpResponse:
    user = request.user
    board = may(user, Action.SUBMIT_PLAN)
    waiting = Submittal.objects.filter(plan=plan, state=Submittal.State.WAITING).select_related("submitted_by").first()
    rights = _rights(user) if waiting else ()
    last = Version.objects.filter(plan=plan).defer(*HEAVY).first()
    context: dict[str, Any] = {
        "plan": plan,
        "board": board,
        "waiting": waiting,
        "last": last,
        "next": last.number + 1 if last else 1,
        "examined": examine(plan) if plan.state in ON_THE_WAY else None,
        "open": board and plan.state in (Plan.State.REGISTRATION, *SUBMITTABLE),
        "amendment": Amendment.objects.filter(plan=plan).first() if plan.state in FROM_AMENDMENT else None,
        "returned": _returned(plan),
        "counts": _counts(plan) if plan.state in ON_THE_WAY else "",
        "own": waiting is not None and waiting.submitted_by == user,
        "rights": rights,
        "paper": PaperForm(initial=_initial(plan), rights=rights, reader=user) if rights else None,
        "form": ReasonForm(),
        "issuing": Job.objects.filter(key=key_of(plan), state__in=PENDING).select_related("asked_by").first()
        if waiting
        else None,
    }
    return render(request, "reports/issue.html", context | more)


FROM_AMENDMENT = (Plan.State.AMENDING, Plan.State.SUBMITTED)


def _rights(user: User) -> tuple[User, ...]:
    return tuple(right for right in deciding_rights(user) if may(right, Action.ISSUE_PLAN))


def _returned(plan: Plan) -> Submittal | None:
    """The last submittal, when it was taken back and nothing followed."""
    if plan.state not in SUBMITTABLE:
        return None
    last = Submittal.objects.filter(plan=plan).select_related("recalled_by").first()
    return last if last and last.state == Submittal.State.RECALLED else None


def _counts(plan: Plan) -> str:
    """What goes with the plan, so that the button says what it will do."""
    counted = (
        (plan.sections.count(), "mục văn bản"),
        (plan.appendices.count(), "phụ lục"),
        (Quota.objects.filter(programme__plan=plan).count(), "chỉ tiêu"),
        (plan.participants.count(), "đơn vị tham gia"),
    )
    return ", ".join(f"{format_count(number)} {words}" for number, words in counted)


def _initial(plan: Plan) -> dict[str, Any]:
    return {
        "issued_on": timezone.localdate(),
        "signing_authority": plan.signing_authority,
        "signer_title": plan.signer_title,
        "signer_name": plan.signer_name,
    }


@plan_view(Action.SUBMIT_PLAN, WRITE)
def begin(request: UserRequest, plan: Plan) -> HttpResponse:
    """End the round, so that the plan can be submitted."""
    done = "Đã kết thúc đợt đăng ký; kế hoạch ở bước phân bổ."
    return _do(request, plan, lambda: begin_allocation(plan=plan, actor=request.user), done)


@plan_view(Action.SUBMIT_PLAN, WRITE)
def submit(request: UserRequest, plan: Plan) -> HttpResponse:
    """Put the plan before the leaders."""
    done = "Đã trình kế hoạch. Số liệu và văn bản khóa lại cho đến khi ban hành hoặc rút về."
    return _do(request, plan, lambda: submit_plan(plan=plan, actor=request.user), done)


def _do(request: UserRequest, plan: Plan, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="is-bad")
    else:
        messages.success(request, done, extra_tags="is-ok")
    return redirect("plan-issue", plan.year)


@plan_view(Action.SEE_PLAN, WRITE)
def recall(request: UserRequest, plan: Plan) -> HttpResponse:
    """Take back what was submitted, or return it."""
    done = "Đã rút kế hoạch về; sửa được số liệu và văn bản."
    return _with_reason(request, plan, lambda reason: recall_plan(plan=plan, reason=reason, actor=request.user), done)


@plan_view(Action.SUBMIT_PLAN, WRITE)
def amend(request: UserRequest, plan: Plan) -> HttpResponse:
    """Open the issued plan again."""
    done = "Đã mở điều chỉnh: sửa số liệu và văn bản rồi trình lại. Bản đã ban hành giữ nguyên."
    return _with_reason(
        request, plan, lambda reason: open_amendment(plan=plan, reason=reason, actor=request.user), done
    )


def _with_reason(request: UserRequest, plan: Plan, act: Callable[[str], object], done: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            act(form.cleaned_data["reason"])
        except Refused as refused:
            messages.error(request, refused.message, extra_tags="is-bad")
        else:
            messages.success(request, done, extra_tags="is-ok")
        return redirect("plan-issue", plan.year)
    return _page(request, plan, form=form)


@plan_view(Action.SUBMIT_PLAN, WRITE)
def exception(request: UserRequest, plan: Plan) -> HttpResponse:
    """Say why a disagreement may stand, or take that back (`bo`)."""
    if "bo" in request.POST:
        typed = request.POST["bo"]
        pk = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS else 0
        done = "Đã bỏ lý do; chỗ lệch này lại chặn việc trình."
        return _do(request, plan, lambda: withdraw_exception(plan=plan, pk=pk, actor=request.user), done)
    key, form = request.POST.get("cho", ""), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, plan, reason_form=form, reason_key=key)
    reason = form.cleaned_data["reason"]
    done = "Đã ghi lý do; chỗ lệch này không chặn việc trình nữa."
    return _do(request, plan, lambda: give_exception(plan=plan, key=key, reason=reason, actor=request.user), done)


@plan_view(Action.SEE_PLAN, WRITE)
@recently_signed_in
def publish(request: UserRequest, plan: Plan) -> HttpResponse:
    """Issue: number, date and signer, and everything becomes a version, which a job makes."""
    rights = _rights(request.user)
    if not rights:
        raise PermissionDenied(Action.ISSUE_PLAN)
    form = PaperForm(request.POST, rights=rights, reader=request.user)
    if not form.is_valid():
        return _page(request, plan, paper=form)
    typed = {name: value for name, value in form.cleaned_data.items() if name != "right"}
    try:
        job = start_issue(plan=plan, paper=Paper(**typed), actor=request.user, right_of=form.right_of)
    except Refused as refused:
        return _not_published(request, plan, form, refused)
    return follow(request, job) if job.asked_by == request.user else redirect("plan-issue", plan.year)


def _not_published(request: UserRequest, plan: Plan, form: PaperForm, refused: Refused) -> HttpResponse:
    """The form again; who clicks a second time is led to what the first click has issued."""
    stored = Plan.objects.get(pk=plan.pk)
    if stored.state == Plan.State.SUBMITTED:
        form.take(refused)
        return _page(request, plan, paper=form)
    messages.error(request, refused.message, extra_tags="is-bad")
    return redirect("plan-issue", plan.year)


def waiting(plan: Plan, user: User) -> list[Task]:
    """See `TASK_SOURCES` in the settings: what waits to be issued or closed, what came back. One query at the most."""
    if plan.state == Plan.State.SUBMITTED and may(user, Action.SEE_PLAN):
        return _to_issue(plan, user)
    if plan.state == Plan.State.ISSUED and plan.year < timezone.localdate().year and may(user, Action.ISSUE_PLAN):
        words = f"Năm {plan.year} đã hết: xem những việc còn dở, rồi kết thúc để khóa sổ của năm."
        return [Task(f"Kế hoạch năm {plan.year} chưa kết thúc", words, "Xem và kết thúc", _url(plan, "plan-closing"))]
    if may(user, Action.SUBMIT_PLAN) and (back := _returned(plan)):
        words = f"{back.recalled_by.full_name if back.recalled_by else ''}: {back.recall_reason}"
        return [Task(f"Kế hoạch năm {plan.year} bị rút về", words, "Xem và trình lại", _url(plan))]
    return []


def _to_issue(plan: Plan, user: User) -> list[Task]:
    submittal = (
        Submittal.objects.filter(plan=plan, state=Submittal.State.WAITING).select_related("submitted_by").first()
    )
    if submittal is None or submittal.submitted_by == user or not _rights(user):
        return []
    what = "Kế hoạch" if submittal.number == 1 else "Điều chỉnh kế hoạch"
    who = f"{submittal.submitted_by.full_name} trình lúc {timezone.localtime(submittal.submitted_at):%H:%M, %d/%m/%Y}."
    return [Task(f"{what} năm {plan.year} chờ ban hành", who, "Xem và ban hành", _url(plan))]


def _url(plan: Plan, name: str = "plan-issue") -> str:
    return reverse(name, kwargs={"year": plan.year})
