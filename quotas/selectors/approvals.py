"""Where the allocation of each quota stands with the leaders: not submitted, waiting, approved, changed since."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet, Sum
from django.db.models.enums import TextChoices

from quotas.models import Allocation, Approval, Quota
from quotas.selectors.waiting import OUTSIDE
from trainingplan.models import Appendix, Change, Plan, User
from trainingplan.prepared import prepared


class Standing(TextChoices):
    """What an approval is worth now: it holds as long as no cell of the quota has changed since it was submitted."""

    NONE = "none", "chưa trình"
    WAITING = "waiting", "chờ duyệt"
    OUTDATED = "outdated", "đã thay đổi sau khi trình"
    APPROVED = "approved", "đã duyệt"
    VOID = "void", "đã thay đổi sau khi duyệt"
    REFUSED = "refused", "không duyệt"

    @property
    def tone(self) -> str:
        return TONES.get(self, "")


TONES = {
    Standing.WAITING: "is-info",
    Standing.OUTDATED: "is-warn",
    Standing.APPROVED: "is-ok",
    Standing.VOID: "is-warn",
    Standing.REFUSED: "is-bad",
}
SUBMITTABLE = frozenset({Standing.NONE, Standing.OUTDATED, Standing.VOID, Standing.REFUSED})


@dataclass(frozen=True, slots=True)
class Item:
    """A quota with what is allocated of it now, and the last word on it. `versions` moves with any of its cells."""

    quota: Quota
    total: int
    versions: int
    approval: Approval | None
    approved_at: datetime | None

    @property
    def standing(self) -> Standing:
        if self.approval is None:
            return Standing.NONE
        same = (self.approval.total, self.approval.versions) == (self.total, self.versions)
        match self.approval.state:
            case Approval.State.WAITING:
                return Standing.WAITING if same else Standing.OUTDATED
            case Approval.State.APPROVED:
                return Standing.APPROVED if same else Standing.VOID
        return Standing.REFUSED

    @property
    def submittable(self) -> bool:
        return self.total > 0 and self.standing in SUBMITTABLE


@dataclass(frozen=True, slots=True)
class Section:
    """The quotas of one appendix; `number` is OUTSIDE for those in none."""

    number: int
    title: str
    items: tuple[Item, ...]

    @property
    def submittable(self) -> int:
        return sum(item.submittable for item in self.items)


def approval_items(plan: Plan, quota_ids: Collection[int] | None = None) -> dict[int, Item]:
    """The plan's quotas by key in printed order, those of `quota_ids` only if given. Three queries."""
    quotas = Quota.objects.filter(programme__plan=plan).select_related("programme", "appendix")
    if quota_ids is not None:
        quotas = quotas.filter(pk__in=quota_ids)
    ordered = {quota.pk: quota for quota in quotas.order_by("programme__position", "position")}
    latest, approved = _words(_spoken(Approval.objects.filter(quota__in=ordered)))
    return _items(ordered, latest, approved)


def submitted_items(plan: Plan) -> dict[int, Item]:
    """Those of the plan's quotas that were ever submitted, by key. Two queries, one where there is none."""
    latest, approved = _words(_of_plan(plan.pk))
    return _items({pk: approval.quota for pk, approval in latest.items()}, latest, approved) if latest else {}


def _items(
    quotas: Mapping[int, Quota], latest: Mapping[int, Approval], approved: Mapping[int, datetime]
) -> dict[int, Item]:
    sums = _sums(quotas)
    return {pk: Item(quota, *sums.get(pk, (0, 0)), latest.get(pk), approved.get(pk)) for pk, quota in quotas.items()}


def _sums(quota_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """By quota what is allocated, and the sum of its cells' versions, which only ever grow."""
    rows = (
        Allocation.objects.filter(quota_id__in=quota_ids)
        .order_by()
        .values_list("quota_id")
        .annotate(total=Sum("number", default=0), versions=Sum("version", default=0))
    )
    return {quota_id: (total, versions) for quota_id, total, versions in rows}


@prepared
def _of_plan(plan_id: int) -> QuerySet[Approval]:
    return _spoken(Approval.objects.filter(quota__programme__plan_id=plan_id))


def _spoken(approvals: QuerySet[Approval]) -> QuerySet[Approval]:
    rows = approvals.exclude(state=Approval.State.WITHDRAWN).order_by("-pk")
    return rows.select_related("submitted_by", "decided_by", "on_behalf_of", "quota")


def _words(rows: Iterable[Approval]) -> tuple[dict[int, Approval], dict[int, datetime]]:
    """By quota the last approval of whatever state, and when it was approved last."""
    latest: dict[int, Approval] = {}
    approved: dict[int, datetime] = {}
    for row in rows:
        latest.setdefault(row.quota_id, row)
        if row.state == Approval.State.APPROVED and row.decided_at:
            approved.setdefault(row.quota_id, row.decided_at)
    return latest, approved


def sections(plan: Plan, items: Mapping[int, Item]) -> list[Section]:
    """The items by appendix, those in none at the end. One query."""
    numbered = plan.appendices.exclude(kind=Appendix.Kind.BUDGET).order_by("number").values_list("number", "title")
    found = [
        Section(number, title, tuple(item for item in items.values() if number == _number(item.quota)))
        for number, title in (*numbered, (OUTSIDE, "Chỉ tiêu ngoài phụ lục"))
    ]
    return [section for section in found if section.items]


def _number(quota: Quota) -> int:
    return quota.appendix.number if quota.appendix else OUTSIDE


def writers_since_approval(plan: Plan, items: Mapping[int, Item], users: Collection[User]) -> set[tuple[int, int]]:
    """Which of the users wrote a cell of which quota since it was approved last: (quota, user). One query."""
    keys = [user.pk for user in users]
    rows = (
        Change.objects.filter(Q(actor__in=keys) | Q(on_behalf_of__in=keys), plan=plan, table="allocation")
        .order_by()
        .values_list("row", "actor_id", "on_behalf_of_id")
        .annotate(last=Max("at"))
    )
    written = set()
    for row, actor_id, principal_id, last in rows:
        quota_id = int(row.partition(":")[2] or 0)
        item = items.get(quota_id)
        if item and (item.approved_at is None or last > item.approved_at):
            written |= {(quota_id, user_id) for user_id in (actor_id, principal_id) if user_id is not None}
    return written


def why_own(item: Item, people: Collection[User], written: Collection[tuple[int, int]]) -> str:
    """Why these people – who decides, and in whose right – may not decide the item, in words; empty when they may."""
    for person in people:
        if item.approval and item.approval.submitted_by_id == person.pk:
            return f"{person.full_name} đã trình mục này: không ai tự duyệt việc của mình."
        if (item.quota.pk, person.pk) in written:
            return f"{person.full_name} đã nhập số phân bổ của chỉ tiêu này: không ai tự duyệt việc của mình."
    return ""


@dataclass(frozen=True, slots=True)
class Pending:
    """An item that waits; `blocked` says why the reader may not decide it in any of his rights."""

    item: Item
    blocked: str


def pending_for(plan: Plan, items: Mapping[int, Item], user: User, rights: Collection[User]) -> list[Pending]:
    """What waits for the user, who decides in these rights. One query, none where he has no right."""
    waiting = [item for item in items.values() if item.standing in (Standing.WAITING, Standing.OUTDATED)]
    if not rights or not waiting:
        return []
    written = writers_since_approval(plan, items, {user, *rights})
    return [Pending(item, _blocked(item, user, rights, written)) for item in waiting]


def _blocked(item: Item, user: User, rights: Collection[User], written: Collection[tuple[int, int]]) -> str:
    if item.standing is Standing.OUTDATED:
        return "Số phân bổ đã thay đổi sau khi trình: chờ Ban Tổ chức Tỉnh ủy trình lại."
    reasons = [why_own(item, {user, right}, written) for right in rights]
    return "" if "" in reasons else reasons[0]
