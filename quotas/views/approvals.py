"""Duyệt phân bổ: what the Board has submitted, what the leaders have said, and what waits for whom."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from quotas.policies import why_approval_closed
from quotas.selectors.approvals import (
    Item,
    Pending,
    Section,
    Standing,
    approval_items,
    pending_for,
    sections,
    submitted_items,
)
from quotas.selectors.waiting import illustrative_cells
from quotas.services.approvals import LONGEST_REMARK, decide_allocations, submit_allocations
from quotas.views.data_sheets import approvals_data
from trainingplan.forms import CleanCharField
from trainingplan.frame import Task
from trainingplan.models import Plan, User
from trainingplan.policies import WRITE, Action, UserRequest, deciding_rights, may, plan_view
from trainingplan.rules.numbers import format_count
from trainingplan.services.refusals import Refused
from trainingplan.views.sheets import page_or_sheet

MOST_DIGITS = 18
APPROVE, REFUSE = "duyet", "khong-duyet"


class RemarkForm(forms.Form):
    """What the leaders say; only a refusal needs it."""

    use_required_attribute = False

    remark = CleanCharField(
        label="Ý kiến",
        required=False,
        max_length=LONGEST_REMARK,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Bắt buộc khi không duyệt: vì sao, sửa gì. Ban Tổ chức Tỉnh ủy đọc được, nhật ký giữ lại.",
        error_messages={"max_length": f"Ý kiến dài quá {LONGEST_REMARK} ký tự. Hãy viết gọn lại."},
    )


@plan_view(Action.SEE_APPROVALS)
def approvals(request: UserRequest, plan: Plan) -> HttpResponse:
    """What waits for the reader, then every quota with its last word."""
    return _page(request, plan, RemarkForm())


def _page(request: UserRequest, plan: Plan, form: RemarkForm) -> HttpResponse:
    user = request.user
    rights = deciding_rights(user)
    items = approval_items(plan)
    closed = why_approval_closed(plan)
    chosen = {int(key) for key in _keys(request.POST, "muc")}
    context = {
        "plan": plan,
        "form": form,
        "sections": sections(plan, items),
        "pending": [] if closed else pending_for(plan, items, user, rights),
        "rights": [(right, right == user) for right in rights],
        "chosen": chosen,
        "closed": closed,
        "may_submit": may(user, Action.SUBMIT_ALLOCATION) and not closed,
        "illustrative": illustrative_cells(plan),
    }
    return page_or_sheet(
        request,
        "quotas/approvals.html",
        context,
        lambda: approvals_data(plan, sections(plan, items), illustrative=illustrative_cells(plan)),
    )


@plan_view(Action.SUBMIT_ALLOCATION, WRITE)
def approvals_submit(request: UserRequest, plan: Plan) -> HttpResponse:
    """Submit the chosen quotas, or with `phu-luc` all of an appendix that can be."""
    quota_ids = _of_appendix(plan, request.POST) if "phu-luc" in request.POST else _keys(request.POST, "chi-tieu")
    try:
        submitted = submit_allocations(plan=plan, quota_ids=quota_ids, actor=request.user)
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="is-bad")
    else:
        messages.success(
            request, f"Đã trình duyệt phân bổ {format_count(len(submitted))} chỉ tiêu.", extra_tags="is-ok"
        )
    return redirect("approvals", plan.year)


def _of_appendix(plan: Plan, fields: QueryDict) -> list[int]:
    found: list[Section] = sections(plan, approval_items(plan))
    return [
        item.quota.pk
        for section in found
        if str(section.number) == fields["phu-luc"]
        for item in section.items
        if item.submittable
    ]


@plan_view(Action.SEE_APPROVALS, WRITE)
def approvals_decide(request: UserRequest, plan: Plan) -> HttpResponse:
    """Approve or refuse the chosen items at once, in one's own right or, as a deputy, in that of a principal."""
    rights = deciding_rights(request.user)
    if not rights:
        raise PermissionDenied(Action.DECIDE_ALLOCATION)
    form = RemarkForm(request.POST)
    verb = request.POST.get("viec")
    if not form.is_valid() or verb not in (APPROVE, REFUSE):
        return _page(request, plan, form)
    try:
        decided = decide_allocations(
            plan=plan,
            approval_ids=_keys(request.POST, "muc"),
            approve=verb == APPROVE,
            actor=request.user,
            right_of=_right(request, rights),
            remark=form.cleaned_data["remark"],
        )
    except Refused as refused:
        form.add_error(refused.field or None, refused.message)
        return _page(request, plan, form)
    done = "duyệt" if verb == APPROVE else "trả lại, không duyệt"
    messages.success(request, f"Đã {done} phân bổ {format_count(len(decided))} chỉ tiêu.", extra_tags="is-ok")
    return redirect("approvals", plan.year)


def _right(request: UserRequest, rights: tuple[User, ...]) -> User:
    """In whose right: the one chosen, where there is a choice."""
    chosen = request.POST.get("quyen", "")
    if not chosen and len(rights) > 1:
        raise Refused("Chưa chọn duyệt theo quyền của ai.")
    found = next((right for right in rights if str(right.pk) == chosen or not chosen), None)
    if found is None:
        raise Refused("Bạn không có quyền duyệt phân bổ, hoặc ủy quyền đã hết hiệu lực.")
    return found


def _keys(fields: QueryDict, name: str) -> list[int]:
    """The keys that were ticked; what is none is left out."""
    typed = fields.getlist(name)
    return [int(key) for key in typed if key.isascii() and key.isdigit() and len(key) <= MOST_DIGITS]


def waiting(plan: Plan, user: User) -> list[Task]:
    """See `TASK_SOURCES` in the settings: what waits for a decision, and what came back to the Board."""
    if not may(user, Action.SEE_APPROVALS) or why_approval_closed(plan):
        return []
    items = submitted_items(plan)
    if not items:
        return []
    url = reverse("approvals", kwargs={"year": plan.year})
    tasks = _to_decide(pending_for(plan, items, user, deciding_rights(user)), url)
    if may(user, Action.SUBMIT_ALLOCATION):
        tasks += _to_submit(list(items.values()), url)
    return tasks


def _to_decide(pending: list[Pending], url: str) -> list[Task]:
    count = sum(not one.blocked for one in pending)
    if not count:
        return []
    title = f"{format_count(count)} chỉ tiêu chờ duyệt phân bổ"
    return [Task(title=title, detail="Ban Tổ chức Tỉnh ủy đã trình.", button="Xem và duyệt", url=url)]


def _to_submit(items: list[Item], url: str) -> list[Task]:
    refused = sum(item.standing is Standing.REFUSED for item in items)
    changed = sum(item.standing in (Standing.VOID, Standing.OUTDATED) for item in items)
    parts = [
        f"{format_count(count)} {words}"
        for count, words in ((refused, "không được duyệt"), (changed, "đã thay đổi sau khi trình hoặc duyệt"))
        if count
    ]
    if not parts:
        return []
    title = f"{format_count(refused + changed)} chỉ tiêu cần trình duyệt phân bổ lại"
    return [Task(title=title, detail=f"{'; '.join(parts)}.", button="Xem và trình lại", url=url)]
