"""«Mở lớp»: the classes of the plan by state, the next step of each, several at once, and the steps of one class."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from budget.forms.classes import BackForm, ManyForm, StepForm, picked
from budget.models import BudgetLine
from budget.policies import why_budget_closed
from budget.rules.classes import STEPS, following
from budget.selectors.classes import (
    STATE_WORDS,
    ClassTable,
    class_table,
    hand_of,
    late_classes,
    one_class,
)
from budget.services.classes import Happening, StepsRefused, take_step, take_step_back
from budget.views.data_sheets import classes_data
from trainingplan.frame import Task
from trainingplan.models import Plan, User
from trainingplan.policies import FORM, Action, UserRequest, may, plan_view, require
from trainingplan.rules.numbers import format_count
from trainingplan.services.refusals import Refused
from trainingplan.views.sheets import page_or_sheet

STATE, WORDS, LATE, TICK, PICK = "buoc", "q", "tre", "chon", "lop"
DOING, BACK = "lam", "lui"
"""The form that takes a step back, told apart by its button; it needs no script."""
RUNS = (Plan.State.ISSUED, Plan.State.AMENDING)
"""The states of a plan whose classes are expected to open."""


@plan_view(Action.SEE_CLASSES, FORM)
def class_list(request: UserRequest, plan: Plan) -> HttpResponse:
    """All classes, chosen by state, by being late, by words; on POST one step of all that were ticked, or of none."""
    if request.method != "POST":
        return _list(request, plan)
    require(request.user, Action.RUN_CLASSES)
    form, faults = ManyForm(request.POST), dict[int, str]()
    if form.is_valid():
        try:
            words = _step_many(request, plan, form)
        except Refused as refusal:
            form.take(refusal)
            faults = refusal.faults if isinstance(refusal, StepsRefused) else {}
        else:
            messages.success(request, words, extra_tags="is-ok")
            return redirect(request.get_full_path())
    return _list(request, plan, form, faults)


def _step_many(request: UserRequest, plan: Plan, form: ManyForm) -> str:
    typed, seen = form.cleaned_data, picked(request.POST.getlist(PICK))
    what = Happening(typed["day"], note=typed["note"])
    done = take_step(plan=plan, seen=seen, step=typed["step"], what=what, actor=request.user)
    return f"Đã chuyển {format_count(done)} lớp sang «{STATE_WORDS[typed['step']]}»."


def _list(
    request: UserRequest, plan: Plan, form: ManyForm | None = None, faults: Mapping[int, str] | None = None
) -> HttpResponse:
    chosen = _chosen(request)
    table = class_table(
        plan, hand_of(plan, request.user), state=chosen[STATE], late=bool(chosen[LATE]), words=chosen[WORDS]
    )
    step = _first({row.following for row in table.rows if row.may_step})
    ready = {row.line.pk for row in table.rows if row.may_step and row.following == step}
    ticked = ready if request.GET.get(TICK) == "tat-ca" else set(picked(request.POST.getlist(PICK)))
    context = {
        "plan": plan,
        "table": table,
        "rows": [(row, row.line.pk in ticked, (faults or {}).get(row.line.pk, "")) for row in table.rows],
        "choices": list(_choices(chosen, table)),
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "form": form or ManyForm(initial={"day": timezone.localdate(), "step": step}),
        "bulk": bool(step),
        "ready": len(ready),
        "ready_words": STATE_WORDS.get(step, ""),
        "tick_all": f"?{_query(chosen, **{TICK: 'tat-ca'})}",
        "illustrative": table.illustrative,
    }
    return page_or_sheet(request, "budget/classes.html", context, lambda: classes_data(plan, table, _told(chosen)))


@plan_view(Action.SEE_CLASSES, FORM)
def class_page(request: UserRequest, plan: Plan, pk: int) -> HttpResponse:
    """The steps of one class, and the forms of the next one and of the last one's being taken back."""
    line = get_object_or_404(BudgetLine, plan=plan, pk=pk, learners_per_class__gt=0)
    if request.method != "POST":
        return _one(request, plan, line)
    require(request.user, Action.RUN_CLASSES)
    seen = request.POST.get("seen", "")
    back = request.POST.get(DOING) == BACK
    step = following(seen, self_funded=line.self_funded) if seen in STATE_WORDS else ""
    form = BackForm(request.POST) if back else StepForm(request.POST, step=step)
    if form.is_valid():
        try:
            words = _step_one(request, plan, line, form, step)
        except Refused as refusal:
            if not refusal.field and BudgetLine.objects.get(pk=pk).state != seen:
                messages.error(request, refusal.message, extra_tags="is-bad")
                return redirect("class", plan.year, pk)
            form.take(refusal)
        else:
            messages.success(request, f"«{line.content}»: {words}.", extra_tags="is-ok")
            return redirect("class", plan.year, pk)
    return _one(request, plan, line, form)


def _step_one(request: UserRequest, plan: Plan, line: BudgetLine, form: StepForm | BackForm, step: str) -> str:
    """Take the step, or take the last one back; where the class stands then, in words."""
    typed, actor = form.cleaned_data, request.user
    if isinstance(form, BackForm):
        step = take_step_back(plan=plan, line_id=line.pk, seen=typed["seen"], reason=typed["reason"], actor=actor)
    else:
        what = Happening(typed["day"], typed.get("learners"), typed["note"])
        take_step(plan=plan, seen={line.pk: typed["seen"]}, step=step, what=what, actor=actor)
    return STATE_WORDS[step]


def late_openings(plan: Plan, user: User) -> list[Task]:
    """See `TASK_SOURCES` in the settings: classes past their day, for who opens them. Two queries at the most."""
    if plan.state not in RUNS or not may(user, Action.RUN_CLASSES):
        return []
    if not (number := late_classes(plan, hand_of(plan, user))):
        return []
    url = f"{reverse('classes', kwargs={'year': plan.year})}?{urlencode({LATE: '1'})}"
    title = f"{format_count(number)} lớp đã quá ngày khai giảng dự kiến"
    return [Task(title, "Ghi ngày khai giảng của lớp đã mở; lớp chưa mở thì xem vì sao.", "Xem các lớp", url)]


def _one(request: UserRequest, plan: Plan, line: BudgetLine, form: StepForm | BackForm | None = None) -> HttpResponse:
    found = one_class(line, hand_of(plan, request.user))
    initial = {"seen": line.state, "day": timezone.localdate()}
    back = isinstance(form, BackForm)
    context = {
        "plan": plan,
        "one": found,
        "row": found.row,
        "line": line,
        "sent": form,
        "form": form if form and not back else StepForm(initial=initial, step=found.row.following),
        "back_form": form if back else BackForm(initial=initial, auto_id="id_back_%s"),
        "illustrative": plan.illustrative or line.illustrative,
        "may_fund": may(request.user, Action.EDIT_BUDGET),
        "budget_open": not why_budget_closed(plan),
    }
    return render(request, "budget/class.html", context)


def _chosen(request: UserRequest) -> dict[str, str]:
    """The page's filters, each empty or known."""
    state = request.GET.get(STATE, "")
    return {
        STATE: state if state in STATE_WORDS else "",
        LATE: "1" if request.GET.get(LATE) else "",
        WORDS: " ".join(request.GET.get(WORDS, "").split())[:100],
    }


def _query(chosen: Mapping[str, str], **more: str) -> str:
    return urlencode({name: value for name, value in {**chosen, **more}.items() if value})


def _choices(chosen: Mapping[str, str], table: ClassTable) -> Iterable[dict[str, Any]]:
    """The filter by state with its numbers, and by being late."""
    none, words = {STATE: "", LATE: ""}, chosen[WORDS]
    offered = [("Tất cả", none, table.total)]
    offered += [(one.words.capitalize(), none | {STATE: one.state}, one.lines) for one in table.sums]
    if table.late or chosen[LATE]:
        offered.append(("Trễ ngày mở", none | {LATE: "1"}, table.late))
    for label, wanted, number in offered:
        current = all(chosen[name] == value for name, value in wanted.items())
        yield {"label": label, "url": f"?{_query(wanted | {WORDS: words})}", "number": number, "current": current}


def _first(steps: Iterable[str]) -> str:
    return next((step for step in STEPS if step in steps), "")


def _told(chosen: Mapping[str, str]) -> tuple[str, ...]:
    """The filters, as the workbook says them."""
    parts = [STATE_WORDS.get(chosen[STATE], ""), "trễ ngày mở" if chosen[LATE] else "", chosen[WORDS]]
    told = ", ".join(part for part in parts if part)
    return (f"Lọc: {told}",) if told else ()
