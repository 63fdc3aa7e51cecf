"""What quotas have waiting for somebody: an answer to send, answers that have not come, places to give."""

from datetime import datetime

from django.urls import NoReverseMatch, reverse

from quotas.models import PhaseDeadline, Response
from quotas.policies import Terms, state_of, terms_of, why_allocation_closed, why_collecting_closed, why_sheet_closed
from quotas.selectors.phases import phase_deadlines
from quotas.selectors.registration import answer_for
from quotas.selectors.waiting import OUTSIDE, Answers, Places, count_answers, places_by_appendix
from trainingplan.frame import Deadline, Task
from trainingplan.models import Plan, User
from trainingplan.policies import Action, may
from trainingplan.rules.numbers import format_count

Phase = PhaseDeadline.Phase


def waiting(plan: Plan, user: User) -> list[Task]:
    """See `TASK_SOURCES` in the settings. A constant number of queries: three for a unit, six for the Board."""
    tasks: list[Task] = []
    if user.unit_id and may(user, Action.EDIT_REGISTRATION):
        tasks += _own_answer(plan, user.unit_id)
    if may(user, Action.RUN_ROUND):
        answers = count_answers(plan)
        tasks += _answers_to_collect(plan, answers)
        tasks += _answers_to_handle(plan, answers)
    if may(user, Action.ALLOCATE):
        due = phase_deadlines(plan)
        tasks += _places_to_give(plan, due.get(Phase.ALLOCATION))
        tasks += _plan_to_submit(plan, due.get(Phase.SUBMISSION))
    return tasks


def _deadline(plan: Plan) -> Deadline | None:
    return Deadline(plan.registration_closes_at) if plan.registration_closes_at else None


def _own_answer(plan: Plan, unit_id: int) -> list[Task]:
    answer = answer_for(plan, unit_id)
    terms = terms_of(plan, answer)
    if answer is None or why_sheet_closed(terms):
        return []
    what = f"nhu cầu đào tạo, bồi dưỡng năm {plan.year}"
    match state_of(answer):
        case Response.State.RETURNED:
            words = f"Sửa và gửi lại đăng ký {what}", "Ban Tổ chức Tỉnh ủy đã trả lại bản đăng ký.", "Xem và sửa"
        case Response.State.EDITING:
            words = f"Gửi đăng ký {what}", "Đang nhập, chưa gửi Ban Tổ chức Tỉnh ủy.", "Nhập tiếp"
        case _:
            words = f"Đăng ký {what}", "Chưa nhập chỉ tiêu nào.", "Bắt đầu đăng ký"
    return [Task(*words, url=reverse("registration", kwargs={"year": plan.year}), deadline=_own_deadline(terms))]


def _own_deadline(terms: Terms) -> Deadline | None:
    """What was returned is waited for, whatever the deadline was."""
    at = None if terms.returned else terms.last_deadline
    return Deadline(at) if at else _deadline(terms.plan)


def _answers_to_handle(plan: Plan, answers: Answers) -> list[Task]:
    """What units have sent or asked, and nobody of the Board has answered."""
    if why_collecting_closed(plan):
        return []
    sent, requests = answers.sent, answers.requests
    url = _progress_url(plan)
    tasks = []
    if requests:
        title = f"{format_count(requests)} đơn vị xin gia hạn đăng ký"
        tasks.append(Task(title, "Đồng ý đến ngày nào, hoặc không đồng ý kèm lý do.", "Trả lời", f"{url}#xin-gia-han"))
    if sent:
        title = f"{format_count(sent)} bản đăng ký chờ tiếp nhận"
        tasks.append(Task(title, "Tiếp nhận, hoặc trả lại kèm lý do.", "Xem", f"{url}?trang-thai=da-gui"))
    return tasks


def _answers_to_collect(plan: Plan, answers: Answers) -> list[Task]:
    if plan.state != Plan.State.REGISTRATION:
        return []
    if not answers.missing:
        return []
    return [
        Task(
            title=f"{format_count(answers.missing)} đơn vị chưa gửi đăng ký",
            detail=f"Đã gửi {format_count(answers.answered)} trong {format_count(answers.asked)} đơn vị được hỏi.",
            button="Xem tiến độ",
            url=_progress_url(plan),
            deadline=_deadline(plan),
        )
    ]


def _progress_url(plan: Plan) -> str:
    try:
        return reverse("progress", kwargs={"year": plan.year})
    except NoReverseMatch:
        return reverse("registration", kwargs={"year": plan.year})


def _places_to_give(plan: Plan, due_at: datetime | None) -> list[Task]:
    if why_allocation_closed(plan):
        return []
    return [
        _to_give(plan, places, due_at)
        for places in places_by_appendix(plan, with_registered=False)
        if places.number != OUTSIDE and (places.balance.left or 0) > 0
    ]


def _to_give(plan: Plan, places: Places, due_at: datetime | None) -> Task:
    balance = places.balance
    return Task(
        title=f"Còn {format_count(balance.left)} chỉ tiêu chưa phân bổ – Phụ lục {places.number}",
        detail=f"{places.title}: giao {format_count(balance.given)}, đã phân bổ {format_count(balance.allocated)}.",
        button="Phân bổ",
        url=reverse("allocation", kwargs={"year": plan.year, "number": places.number}),
        deadline=Deadline(due_at) if due_at else None,
    )


def _plan_to_submit(plan: Plan, due_at: datetime | None) -> list[Task]:
    """Only where a day is set for it: until then there is always something else to do first."""
    if due_at is None or why_collecting_closed(plan):
        return []
    return [
        Task(
            title=f"Trình kế hoạch năm {plan.year}",
            detail="Tiếp nhận đăng ký, phân bổ và trình duyệt phân bổ xong thì trình kế hoạch.",
            button="Xem duyệt phân bổ",
            url=reverse("approvals", kwargs={"year": plan.year}),
            deadline=Deadline(due_at),
        )
    ]
