"""The form of a proposal: which quotas, shared out by what, and the limits of all units and of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from quotas.models import Proposal, ProposedShare, Quota
from quotas.services.proposals import Limit, Order
from trainingplan.models import Plan
from trainingplan.rules.numbers import NumberRefused, format_count, parse_count
from trainingplan.selectors import PlanUnit

HIGHEST_RANK = 99
MOST_READ = 200
LIMITS = (
    ("floor", "sàn"),
    ("cap", "trần"),
    ("fixed", "ấn định"),
    ("rank", "thứ tự ưu tiên"),
    ("weight", "số cán bộ, hệ số"),
)


@dataclass(frozen=True, slots=True)
class Box:
    """An input as it is shown: its name, what is in it, why that was refused, how it is called."""

    name: str
    value: str
    error: str
    label: str


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """A quota that may be shared out: `places` is number − held."""

    quota: Quota
    places: int
    registered: int
    allocated: int
    chosen: bool
    floor: Box
    cap: Box


@dataclass(frozen=True, slots=True)
class UnitLine:
    unit: PlanUnit
    registered: int
    cap: str
    boxes: tuple[Box, ...]


@dataclass
class ProposalForm:
    """What was typed, read as far as it can be; `errors` by the name of the input."""

    fields: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def basis(self) -> Proposal.Basis:
        typed = self.fields.get("basis", "")
        return Proposal.Basis(typed) if typed in Proposal.Basis.values else Proposal.Basis.DEMAND

    def orders(self, quotas: Sequence[Quota]) -> list[Order]:
        """The quotas that are ticked, with the limits for all units."""
        return [
            Order(
                quota.pk,
                self._number(f"q-{quota.pk}-floor", f"{quota.short_name}, sàn") or 0,
                self._number(f"q-{quota.pk}-cap", f"{quota.short_name}, trần"),
            )
            for quota in quotas
            if f"q-{quota.pk}" in self.fields
        ]

    def limits(self, units: Sequence[PlanUnit]) -> dict[int, Limit]:
        """The limits of the units that have some."""
        found = {}
        for unit in units:
            typed = {name: self._number(f"u-{unit.unit_id}-{name}", f"{unit.name}, {title}") for name, title in LIMITS}
            if any(number is not None for number in typed.values()):
                found[unit.unit_id] = Limit(
                    floor=typed["floor"],
                    cap=typed["cap"],
                    fixed=typed["fixed"],
                    rank=self._rank(unit, typed["rank"]),
                    weight=typed["weight"],
                )
        return found

    def _rank(self, unit: PlanUnit, number: int | None) -> int:
        rank = 1 if number is None else number
        if not 1 <= rank <= HIGHEST_RANK:
            name = f"u-{unit.unit_id}-rank"
            self.errors[name] = f"{unit.name}, thứ tự ưu tiên: nhập từ 1 đến {HIGHEST_RANK}, 1 được xếp trước."
            return 1
        return rank

    def _number(self, name: str, place: str) -> int | None:
        try:
            return parse_count(self.fields.get(name, ""), noun="số chỉ tiêu")
        except NumberRefused as refusal:
            self.errors[name] = f"{place}: {refusal.message}"
            return None

    def box(self, name: str, label: str) -> Box:
        return Box(name, self.fields.get(name, "")[:100], self.errors.get(name, ""), label)

    def quota_lines(
        self, quotas: Sequence[Quota], allocated: Mapping[int, int], registered: Mapping[int, int]
    ) -> list[QuotaLine]:
        """The quotas that state a number; before anything is chosen all that units registered for are."""
        fresh = "basis" not in self.fields
        return [
            QuotaLine(
                quota,
                (quota.number or 0) - quota.held,
                registered.get(quota.pk, 0),
                allocated.get(quota.pk, 0),
                f"q-{quota.pk}" in self.fields or (fresh and registered.get(quota.pk, 0) > 0),
                self.box(f"q-{quota.pk}-floor", f"Sàn của mỗi đơn vị, {quota.short_name}"),
                self.box(f"q-{quota.pk}-cap", f"Trần của mỗi đơn vị, {quota.short_name}"),
            )
            for quota in quotas
        ]

    def unit_lines(
        self, units: Sequence[PlanUnit], registered: Mapping[int, int], cap_words: Callable[[int], str]
    ) -> list[UnitLine]:
        return [
            UnitLine(
                unit,
                registered.get(unit.unit_id, 0),
                cap_words(unit.unit_id),
                tuple(self.box(f"u-{unit.unit_id}-{name}", f"{unit.name}, {title}") for name, title in LIMITS),
            )
            for unit in units
        ]


def last_limits(plan: Plan, quotas: Sequence[Quota]) -> dict[str, str]:
    """What the last proposal of these quotas set for single units, and the last weights, as fields of the form."""
    found: dict[str, str] = {}
    ours = {quota.pk for quota in quotas}
    made = list(
        Proposal.objects.filter(quota__programme__plan=plan)
        .order_by("-made_at", "-pk")
        .values_list("pk", "quota_id", "basis")[:MOST_READ]
    )
    newest = next((pk for pk, quota_id, _ in made if quota_id in ours), None)
    weighted = next((pk for pk, _, basis in made if basis != Proposal.Basis.DEMAND), None)
    for share in ProposedShare.objects.filter(proposal__in=filter(None, {newest, weighted})) if made else ():
        if share.proposal_id == weighted:
            found[f"u-{share.unit_id}-weight"] = format_count(share.weight)
        if share.proposal_id == newest and share.rank > 1:
            found[f"u-{share.unit_id}-rank"] = str(share.rank)
        if share.proposal_id == newest and share.fixed is not None:
            found[f"u-{share.unit_id}-fixed"] = format_count(share.fixed)
    return found
