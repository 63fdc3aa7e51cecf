"""The proposal of an apportionment: made and kept, then applied as one act by the path that all allocations take."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from quotas.locking import lock_ceilings, lock_quotas
from quotas.models import Allocation, Proposal, ProposedShare, Quota, SubAllocation, UnitCap
from quotas.policies import check_allocation_open
from quotas.rules.apportion import Claim, Infeasible, apportion
from quotas.rules.apportion import Proposal as Apportionment
from quotas.selectors.proposals import registered_cells
from quotas.services.bounds import nominated
from quotas.services.cells import CellInput, Outcome, save_allocations
from quotas.services.sheets import Key
from trainingplan.locking import hold_plan
from trainingplan.models import Plan, User
from trainingplan.rules.numbers import format_count
from trainingplan.selectors import PlanUnit, plan_units
from trainingplan.services.changes import Entry, one_batch, record
from trainingplan.services.refusals import Refused


@dataclass(frozen=True, slots=True)
class Limit:
    """What the Board sets for one unit; `weight` counts where places are not shared out by demand."""

    floor: int | None = None
    cap: int | None = None
    fixed: int | None = None
    rank: int = 1
    weight: int | None = None


FREE = Limit()


class Unfeasible(Refused):
    """The limits contradict each other; `reasons` name them, one a line."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("Không chia được: " + "; ".join(reasons) + ".")
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Order:
    """One quota to share out: `floor` and `cap` hold for every unit that has no own."""

    quota_id: int
    floor: int = 0
    cap: int | None = None


@transaction.atomic
def propose(
    *,
    plan: Plan,
    orders: Sequence[Order],
    basis: Proposal.Basis,
    limits: Mapping[int, Limit],
    actor: User,
) -> list[Proposal]:
    """Share out quotas among the plan's units and keep the result as drafts, which replace older drafts.

    `limits` are by unit. Units are held by their caps besides (less what other quotas of the programme give them), and
    keep what their sub-allocations and the people they have nominated need. Raises Unfeasible with all reasons,
    Refused for a quota without a number.
    """
    plan = hold_plan(plan)
    check_allocation_open(plan, actor)
    units = plan_units(plan)
    ceilings = lock_ceilings([order.quota_id for order in orders], [unit.unit_id for unit in units])
    _check_orders(plan, orders, ceilings.quotas)
    source = _Source(ceilings.quotas, basis, limits)
    made: list[_Made] = []
    reasons: list[str] = []
    for order in orders:
        quota = ceilings.quotas[order.quota_id]
        claims = [source.claim(unit, quota, order) for unit in units]
        places = (quota.number or 0) - quota.held
        try:
            result = apportion(places, claims, {unit.unit_id: unit.name for unit in units})
        except Infeasible as error:
            reasons += [f"«{quota.short_name}»: {reason}" for reason in error.reasons]
            continue
        source.take(quota, result)
        made.append(_Made(quota, places, result))
    if reasons:
        raise Unfeasible(reasons)
    return [_keep(one, basis, source.versions, actor) for one in made]


def _check_orders(plan: Plan, orders: Sequence[Order], quotas: Mapping[int, Quota]) -> None:
    if not orders:
        raise Refused("Chưa chọn chỉ tiêu nào để chia.")
    for order in orders:
        quota = quotas.get(order.quota_id)
        if quota is None or quota.programme.plan_id != plan.pk:
            raise Refused("Chỉ tiêu này không thuộc kế hoạch.")
        if quota.number is None:
            raise Refused(f"Chỉ tiêu «{quota.short_name}» không ghi số lượng nên không có gì để chia.")


class _Source:
    """What units bring to the quotas of one run, read at once; what the run gives counts against caps as it goes on."""

    def __init__(
        self,
        quotas: Mapping[int, Quota],
        basis: Proposal.Basis,
        limits: Mapping[int, Limit],
    ) -> None:
        self.basis, self.limits = basis, limits
        programmes = {quota.programme_id for quota in quotas.values()}
        self.demand = registered_cells(quotas)
        self.caps = {
            (unit_id, programme_id): number
            for unit_id, programme_id, number in UnitCap.objects.filter(
                programme__in=programmes, number__isnull=False
            ).values_list("unit_id", "programme_id", "number")
        }
        self.versions: dict[Key, int] = {}
        self.given: dict[Key, int] = {}
        for unit_id, quota_id, programme_id, number, version in Allocation.objects.filter(
            quota__programme__in=programmes
        ).values_list("unit_id", "quota_id", "quota__programme_id", "number", "version"):
            self.versions[unit_id, quota_id] = version
            if quota_id not in quotas:
                self._give((unit_id, programme_id), number or 0)
        self.needed = nominated(quotas)
        subs = SubAllocation.objects.filter(quota__quota__in=quotas).select_related("quota")
        for sub in subs:
            key = (sub.unit_id, sub.quota.quota_id)
            self.needed[key] = max(self.needed.get(key, 0), sub.number or 0)

    def claim(self, unit: PlanUnit, quota: Quota, order: Order) -> Claim:
        key = (unit.unit_id, quota.pk)
        own = self.limits.get(unit.unit_id, FREE)
        demand = self.demand.get(key, 0)
        caps = [
            cap for cap in (order.cap if own.cap is None else own.cap, self._cap_left(unit, quota)) if cap is not None
        ]
        return Claim(
            unit=unit.unit_id,
            demand=demand,
            weight=demand if self.basis == Proposal.Basis.DEMAND else own.weight or 0,
            floor=max(order.floor if own.floor is None else own.floor, self.needed.get(key, 0)),
            cap=min(caps, default=None),
            fixed=own.fixed,
            rank=own.rank,
        )

    def take(self, quota: Quota, result: Apportionment) -> None:
        """What this run gives of one quota is no longer free for the next of the same programme."""
        for share in result.shares:
            self._give((share.claim.unit, quota.programme_id), share.places)

    def _give(self, key: Key, number: int) -> None:
        self.given[key] = self.given.get(key, 0) + number

    def _cap_left(self, unit: PlanUnit, quota: Quota) -> int | None:
        key = (unit.unit_id, quota.programme_id)
        cap = self.caps.get(key)
        return None if cap is None else max(cap - self.given.get(key, 0), 0)


@dataclass(frozen=True, slots=True)
class _Made:
    """A quota that was shared out."""

    quota: Quota
    places: int
    result: Apportionment


def _keep(made: _Made, basis: Proposal.Basis, versions: Mapping[Key, int], actor: User) -> Proposal:
    """Store a draft in place of older ones, and log that it was made."""
    quota = made.quota
    Proposal.objects.filter(quota=quota, state=Proposal.State.DRAFT).delete()
    proposal = Proposal.objects.create(
        quota=quota, basis=basis, places=made.places, left=made.result.left, made_by=actor, made_at=timezone.now()
    )
    ProposedShare.objects.bulk_create(
        ProposedShare(
            proposal=proposal,
            unit_id=share.claim.unit,
            demand=share.claim.demand,
            weight=share.claim.weight,
            floor=share.claim.floor,
            cap=share.claim.cap,
            fixed=share.claim.fixed,
            rank=share.claim.rank,
            places=share.places,
            seen_version=versions.get((share.claim.unit, quota.pk), 0),
            explanation=share.explanation,
        )
        for share in made.result.shares
    )
    _log(proposal, "", f"{proposal.get_state_display()}: {format_count(made.places)} chỉ tiêu", actor, "")
    return proposal


def _log(proposal: Proposal, old: str, new: str, actor: User, reason: str) -> None:
    quota = proposal.quota
    label = f"Đề xuất phân bổ: {quota.name}, chia theo {proposal.get_basis_display()}"
    entry = Entry(table="proposal", row=proposal.pk, label=label, field="state", old=old, new=new)
    record([entry], actor=actor, plan=quota.programme.plan, reason=reason)


@transaction.atomic
def apply_proposals(*, plan: Plan, proposal_ids: Collection[int], actor: User, reason: str = "") -> int:
    """Allocate as the drafts propose, all or nothing, under one batch; the number of cells that changed.

    Raises Refused when a draft is gone or an allocation, a demand or the quota's number changed since it was made.
    """
    plan = hold_plan(plan)
    check_allocation_open(plan, actor)
    lock_quotas(Proposal.objects.filter(pk__in=proposal_ids).values_list("quota_id", flat=True))
    drafts = list(
        Proposal.objects.filter(pk__in=proposal_ids, quota__programme__plan=plan, state=Proposal.State.DRAFT)
        .select_related("quota__programme__plan")
        .prefetch_related("shares")
        .order_by("quota_id")
    )
    if not drafts or len(drafts) != len(set(proposal_ids)):
        raise Refused("Đề xuất này vừa được lập lại hoặc đã áp dụng. Hãy xem lại trang.")
    why = reason.strip() or "Áp dụng đề xuất phân bổ"
    with one_batch():
        cells = _cells_to_write(plan, drafts)
        Proposal.objects.filter(quota__in=[draft.quota_id for draft in drafts], state=Proposal.State.APPLIED).update(
            state=Proposal.State.SUPERSEDED
        )
        Proposal.objects.filter(pk__in=[draft.pk for draft in drafts]).update(state=Proposal.State.APPLIED)
        _write(plan, cells, actor, why)
        for draft in drafts:
            _log(draft, Proposal.State.DRAFT.label, Proposal.State.APPLIED.label, actor, why)
    return len(cells)


def _cells_to_write(plan: Plan, drafts: Sequence[Proposal]) -> list[CellInput]:
    """The cells that change, when nothing moved under the drafts since they were made."""
    shares = {(share.unit_id, draft.quota_id): share for draft in drafts for share in draft.shares.all()}
    ceilings = lock_ceilings([draft.quota_id for draft in drafts], {unit_id for unit_id, _ in shares})
    for draft in drafts:
        quota = ceilings.quotas[draft.quota_id]
        if (quota.number or 0) - quota.held != draft.places:
            raise Refused(
                f"Số giao hoặc số giữ lại của «{quota.short_name}» đã đổi từ khi lập đề xuất. Lập lại đề xuất."
            )
    stands = {
        (unit_id, quota_id): (number, version)
        for unit_id, quota_id, number, version in Allocation.objects.filter(quota__in=ceilings.quotas).values_list(
            "unit_id", "quota_id", "number", "version"
        )
    }
    demand = registered_cells(ceilings.quotas)
    moved = {key[0] for key, share in shares.items() if stands.get(key, (None, 0))[1] != share.seen_version}
    _refuse_moved(plan, moved, "Số phân bổ")
    _refuse_moved(plan, {key[0] for key, share in shares.items() if demand.get(key, 0) != share.demand}, "Số đăng ký")
    return [
        CellInput(*key, str(share.places), share.seen_version)
        for key, share in shares.items()
        if (stands.get(key, (None, 0))[0] or 0) != share.places
    ]


NAMED = 5


def _refuse_moved(plan: Plan, units: Collection[int], what: str) -> None:
    if units:
        names = [unit.name for unit in plan_units(plan) if unit.unit_id in units]
        more = f" và {format_count(len(names) - NAMED)} đơn vị nữa" if len(names) > NAMED else ""
        told = ", ".join(names[:NAMED])
        raise Refused(f"{what} của {told}{more} đã đổi từ khi lập đề xuất. Lập lại đề xuất rồi áp dụng.")


def _write(plan: Plan, cells: Sequence[CellInput], actor: User, reason: str) -> None:
    """All cells or none: what one ceiling refuses undoes the whole, with its words."""
    results = save_allocations(plan=plan, cells=cells, actor=actor, reason=reason)
    refused = [result for result in results if result.outcome not in (Outcome.SAVED, Outcome.UNCHANGED)]
    if refused:
        names = {unit.unit_id: unit.name for unit in plan_units(plan)}
        told = "; ".join(f"{names[result.unit_id]}: {result.message}" for result in refused[:NAMED])
        raise Refused(f"Chưa áp dụng đề xuất. {told}")


@transaction.atomic
def discard_proposals(*, plan: Plan, proposal_ids: Collection[int], actor: User) -> None:
    """Throw drafts away; those that somebody applied meanwhile stay."""
    plan = hold_plan(plan)
    check_allocation_open(plan, actor)
    lock_quotas(Proposal.objects.filter(pk__in=proposal_ids).values_list("quota_id", flat=True))
    drafts = Proposal.objects.filter(
        pk__in=proposal_ids, quota__programme__plan=plan, state=Proposal.State.DRAFT
    ).select_related("quota__programme__plan")
    for draft in drafts:
        _log(draft, draft.get_state_display(), "", actor, "")
    Proposal.objects.filter(pk__in=[draft.pk for draft in drafts]).delete()
