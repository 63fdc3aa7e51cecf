"""Soạn thảo: the plan's text as a tree of sections, and one section with its lettered items to be written."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from courses.models import Programme, Slot
from reports.field_list import field_list, fields_of
from reports.outline import PlanOutline, plan_outline, slot_name, title_of
from reports.rules.outline import Move
from reports.services.outline import (
    add_section,
    add_slot,
    move_section,
    move_slot,
    number_section,
    remove_section,
    remove_slot,
)
from reports.services.text import save_texts
from reports.text_form import BIND, TextForm
from trainingplan.models import Plan, Section
from trainingplan.policies import FORM, WRITE, Action, UserRequest, plan_view
from trainingplan.services.catalogue import why_frozen
from trainingplan.services.refusals import Refused

TASK, SLOT, INSIDE, AFTER, SEEN = "viec", "diem", "trong", "sau", "thay"
NUMBER, UNNUMBER, ADD_SLOT = "so", "khong-so", "them-diem"
MOST_DIGITS = 18


@plan_view(Action.EDIT_PLAN, FORM)
def editor(request: UserRequest, plan: Plan) -> HttpResponse:
    """The tree with its first section; on POST a new section."""
    if request.method == "POST":
        return _add(request, plan)
    outline = plan_outline(plan)
    if not outline.sections:
        return render(request, "reports/editor_empty.html", {"plan": plan, "closed_reason": why_frozen(plan)})
    first = outline.by_key[outline.lines[0].key]
    return _page(request, outline, first, TextForm(outline, first))


@plan_view(Action.EDIT_PLAN, FORM)
def section(request: UserRequest, plan: Plan, key: str) -> HttpResponse:
    """One section: read, and on POST stored as a whole or not at all."""
    outline = plan_outline(plan)
    shown = _find(outline, key)
    form = TextForm(outline, shown, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        order = request.POST.get(BIND, "")
        if order and not form.bind(order):
            form.message = "Chưa gắn: con số ấy không còn ở chỗ cũ. Xem lại danh sách bên dưới."
        elif _save(request, plan, shown, form):
            return redirect("plan-editor-section", plan.year, key)
    return _page(request, outline, shown, form)


@plan_view(Action.EDIT_PLAN, WRITE)
def arrange(request: UserRequest, plan: Plan, key: str) -> HttpResponse:
    """Move a section or a lettered item, number it or not, add an item."""
    shown = _find(plan_outline(plan), key)
    try:
        done = _arrange(request, plan, shown)
    except Refused as refusal:
        messages.error(request, refusal.message, extra_tags="is-bad")
    else:
        messages.success(request, done, extra_tags="is-ok")
    return redirect("plan-editor-section", plan.year, key)


@plan_view(Action.EDIT_PLAN, FORM)
def remove(request: UserRequest, plan: Plan, key: str) -> HttpResponse:
    """What would go, and on POST its removal: the section, or with `diem` one of its lettered items."""
    outline = plan_outline(plan)
    shown = _find(outline, key)
    slot = next((slot for slot in outline.slots_of(shown) if str(slot.pk) == request.GET.get(SLOT)), None)
    if SLOT in request.GET and slot is None:
        raise Http404(SLOT)
    if request.method == "POST":
        try:
            _remove(request, plan, shown, slot)
        except Refused as refusal:
            messages.error(request, refusal.message, extra_tags="is-bad")
            return redirect(request.get_full_path())
        return redirect("plan-editor-section", plan.year, key) if slot else redirect("plan-editor", plan.year)
    context = {
        "plan": plan,
        "section": shown,
        "title": title_of(shown),
        "loss": outline.loss(shown),
        "slot": slot,
        "slot_name": slot_name(slot) if slot else "",
        "closed_reason": why_frozen(plan),
    }
    return render(request, "reports/editor_remove.html", context)


def _remove(request: UserRequest, plan: Plan, shown: Section, slot: Slot | None) -> None:
    """Remove what the page has shown, if it is still the same."""
    seen = _number(request.POST.get(SEEN, "")) or 0
    if slot:
        remove_slot(programme=slot.programme, pk=slot.pk, version=seen, actor=request.user)
    else:
        remove_section(plan=plan, key=shown.key, seen=seen, actor=request.user)
    name = slot_name(slot) if slot else title_of(shown)
    messages.success(request, f"Đã xóa «{name}». Số mục được đánh lại.", extra_tags="is-ok")


def _add(request: UserRequest, plan: Plan) -> HttpResponse:
    beside = request.POST.get(AFTER, "")
    try:
        added = _added(request, plan, beside)
    except Refused as refusal:
        messages.error(request, refusal.message, extra_tags="is-bad")
        return (
            redirect("plan-editor-section", plan.year, beside) if _slug(beside) else redirect("plan-editor", plan.year)
        )
    messages.success(request, f"Đã thêm «{title_of(added)}». Viết nội dung rồi lưu.", extra_tags="is-ok")
    return redirect("plan-editor-section", plan.year, added.key)


def _added(request: UserRequest, plan: Plan, beside: str) -> Section:
    heading = request.POST.get("heading", "")
    if not heading.strip():
        raise Refused("Chưa ghi tiêu đề của mục mới.")
    inside = request.POST.get("cho") == INSIDE
    return add_section(
        plan=plan,
        heading=heading,
        inside=beside if inside else "",
        after="" if inside else beside,
        numbered=NUMBER in request.POST,
        programme=_programme(plan, request.POST.get("chuong-trinh", "")),
        actor=request.user,
    )


def _programme(plan: Plan, typed: str) -> Programme | None:
    if not typed:
        return None
    pk = _number(typed)
    found = Programme.objects.filter(plan=plan, pk=pk).first() if pk is not None else None
    if found is None:
        raise Refused("Chương trình này không thuộc kế hoạch.")
    return found


def _arrange(request: UserRequest, plan: Plan, shown: Section) -> str:
    """Do what was asked for; what happened, in words."""
    task, _, slot = request.POST.get(TASK, "").partition(":")
    programme = Programme.objects.filter(section=shown).first()
    if programme and task == ADD_SLOT:
        added = add_slot(programme=programme, label=request.POST.get("label", ""), actor=request.user)
        return f"Đã thêm điểm {slot_name(added)}"
    if programme and slot:
        moved = move_slot(programme=programme, pk=_number(slot) or 0, move=_move(task), actor=request.user)
        return f"Điểm «{moved.label}» nay là {slot_name(moved)[:2]}"
    if task in (NUMBER, UNNUMBER):
        done = number_section(plan=plan, key=shown.key, numbered=task == NUMBER, actor=request.user)
        return f"Mục này nay là «{title_of(done)}». Các số khác được đánh lại."
    done = move_section(plan=plan, key=shown.key, move=_move(task), actor=request.user)
    return f"Mục này nay là «{title_of(done)}». Các số khác được đánh lại."


def _move(typed: str) -> Move:
    try:
        return Move(typed)
    except ValueError as error:
        raise Refused("Không rõ dời đi đâu. Tải lại trang rồi bấm lại.") from error


def _save(request: UserRequest, plan: Plan, shown: Section, form: TextForm) -> bool:
    """Store what was typed; False where the page must be shown again."""
    if form.lost:
        form.message = "Chưa lưu: một điểm đang sửa vừa được người khác xóa. Chữ đã gõ còn ở cuối trang."
        return False
    own, slots = form.writings()
    try:
        written = save_texts(plan=plan, key=shown.key, section=own, slots=slots, actor=request.user)
    except Refused as refusal:
        form.take(refusal)
        return False
    if written:
        messages.success(request, f"Đã lưu {', '.join(written)}.", extra_tags="is-ok")
    else:
        messages.info(request, "Không có gì thay đổi, không ghi gì.", extra_tags="is-info")
    return True


def _page(request: UserRequest, outline: PlanOutline, shown: Section, form: TextForm) -> HttpResponse:
    known = field_list(outline.plan, outline.texts())
    form.look_up(known)
    listed = {choice.field for group in known.groups for choice in group.choices}
    fields = {field for box in form.boxes for field in fields_of(box.value) if str(field) not in listed}
    before, after = outline.beside(shown)
    context = {
        "plan": outline.plan,
        "outline": outline,
        "section": shown,
        "title": title_of(shown),
        "programme": outline.programme_of(shown),
        "form": form,
        "known": known,
        "more_fields": [known.choice(field) for field in sorted(fields, key=str)],
        "moves": outline.moves(shown),
        "before": before,
        "after": after,
        "closed_reason": why_frozen(outline.plan),
        "illustrative": outline.plan.illustrative,
    }
    return render(request, "reports/editor.html", context)


def _find(outline: PlanOutline, key: str) -> Section:
    if key not in outline.by_key:
        raise Http404(key)
    return outline.by_key[key]


def _slug(typed: str) -> bool:
    return bool(typed) and typed.replace("-", "").isalnum() and typed.isascii()


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS else None
