"""Reasons of an amendment's changes, where the change log does not tell them."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from reports.amendment import working_comparison
from reports.amendment_items import Item
from reports.models import AmendmentReason
from reports.services.submittals import LONGEST_REASON
from trainingplan.models import Plan, User
from trainingplan.policies import Action, may
from trainingplan.rules.text import clean
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Refused


@transaction.atomic
def give_reasons(*, plan: Plan, reasons: Mapping[str, str], actor: User) -> int:
    """Say why items of the open amendment were changed, by their keys; how many were stored.

    A reason holds for the change as it stands. Raises Refused when the plan is not being amended, a reason is too long,
    or an item is no more; then nothing is stored.
    """
    if not may(actor, Action.EDIT_PLAN):
        raise Refused("Chỉ Ban Tổ chức Tỉnh ủy được ghi lý do điều chỉnh.")
    stored = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if stored.state != Plan.State.AMENDING:
        raise Refused(f"Kế hoạch đang ở bước «{stored.get_state_display()}»: không ghi lý do điều chỉnh được.")
    found = working_comparison(stored)
    items = {row.item.key: row for row in found.rows} if found else {}
    if found is None or reasons.keys() - items.keys():
        raise Refused("Có thay đổi không còn nữa. Tải lại trang để xem.")
    given = {
        key: clean(text) for key, text in reasons.items() if clean(text) and clean(text) != items[key].found.reason
    }
    if long := [key for key, text in given.items() if len(text) > LONGEST_REASON]:
        subject = items[long[0]].item.subject
        raise Refused(f"Lý do của «{subject}» dài quá {LONGEST_REASON} ký tự. Hãy viết gọn lại.")
    entries = [_store(stored, found.number, items[key].item, text, actor) for key, text in given.items()]
    if entries:
        record(entries, actor=actor, plan=stored)
    return len(entries)


def _store(plan: Plan, number: int, item: Item, reason: str, actor: User) -> Entry:
    before = AmendmentReason.objects.filter(plan=plan, number=number, key=item.key).first()
    row, _ = AmendmentReason.objects.update_or_create(
        plan=plan,
        number=number,
        key=item.key,
        defaults={"told": item.told, "reason": reason, "given_at": timezone.now(), "given_by": actor},
    )
    return Entry(
        table="amendmentreason",
        row=row.pk,
        label=f"lý do điều chỉnh: {item.place}, {item.subject}",
        field="reason",
        old=before.reason if before else "",
        new=reason,
    )
