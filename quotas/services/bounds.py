"""What bounds the allocations of one save: quota, cap, sub-quotas of the unit; read when all of them are locked."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence

from django.db.models import Count, Sum

from quotas.locking import Ceilings
from quotas.models import Allocation, Nomination, SubAllocation
from quotas.rules import Ceiling, Verdict, Wish, settle
from quotas.selectors.allocation import sums_by_quota
from quotas.services.sheets import Key
from trainingplan.rules.numbers import format_count


class Bounds:
    """The ceilings over some cells (unit, quota), as they stand. Made inside the transaction that locked `ceilings`."""

    def __init__(self, ceilings: Ceilings, cells: Collection[Key]) -> None:
        self.ceilings, self.cells = ceilings, cells
        self.sums: dict[Hashable, Ceiling] = self._quotas() | self._caps()
        self.floors = self._floors()

    def judge(self, changes: Sequence[tuple[Key, int, int]]) -> list[str]:
        """For each change (cell, old, new) of one save why it is refused, in words; empty where it is granted."""
        wishes = [self._wish(key, old, new) for key, old, new in changes]
        verdicts = settle(self.sums, wishes)
        return [
            "" if verdict.granted else self._words(key, wish, verdict)
            for (key, _, _), wish, verdict in zip(changes, wishes, verdicts, strict=True)
        ]

    def _quotas(self) -> dict[Hashable, Ceiling]:
        quotas = {quota_id: self.ceilings.quotas[quota_id] for _, quota_id in self.cells}
        allocated = sums_by_quota(Allocation, quotas)
        return {
            ("quota", pk): Ceiling(
                None if quota.number is None else quota.number - quota.held,
                allocated.get(pk, 0),
            )
            for pk, quota in quotas.items()
        }

    def _caps(self) -> dict[Hashable, Ceiling]:
        caps = self.ceilings.caps
        if not caps:
            return {}
        given = allocated_by_programme({unit for unit, _ in caps}, {programme for _, programme in caps})
        return {("cap", *key): Ceiling(cap.number, given.get(key, 0)) for key, cap in caps.items()}

    def _floors(self) -> dict[Key, tuple[int, str]]:
        """By cell the least it must hold, and the words that say why: its sub-allocations, and the people nominated."""
        floors = self._nominated()
        subs = self.ceilings.sub_quotas
        if not subs:
            return floors
        rows = SubAllocation.objects.filter(quota__in=subs, unit_id__in={unit for unit, _ in self.cells}, number__gt=0)
        for unit_id, sub_id, number in rows.order_by().values_list("unit_id", "quota_id", "number"):
            key, least = (unit_id, subs[sub_id].quota_id), number or 0
            if least > floors.get(key, (0, ""))[0]:
                floors[key] = least, _below_sub_quota(least, subs[sub_id].name)
        return floors

    def _nominated(self) -> dict[Key, tuple[int, str]]:
        """Nominating takes the same lock, so nobody joins these people in the meantime."""
        found = nominated({quota for _, quota in self.cells}, {unit for unit, _ in self.cells})
        return {key: (people, _below_nominated(people)) for key, people in found.items()}

    def _cap_key(self, key: Key) -> Key:
        unit_id, quota_id = key
        return unit_id, self.ceilings.quotas[quota_id].programme_id

    def _wish(self, key: Key, old: int, new: int) -> Wish:
        cap = ("cap", *self._cap_key(key))
        under = (("quota", key[1]), cap) if cap in self.sums else (("quota", key[1]),)
        return Wish(old, new, under, self.floors.get(key, (0, ""))[0])

    def _words(self, key: Key, wish: Wish, verdict: Verdict) -> str:
        if wish.growth <= 0:
            return self.floors[key][1]
        return f"{self._binding_words(key, verdict)}: {room_words(wish, verdict)}"

    def _binding_words(self, key: Key, verdict: Verdict) -> str:
        quota = self.ceilings.quotas[key[1]]
        if verdict.binding == ("quota", key[1]):
            held = f", giữ lại {format_count(quota.held)}" if quota.held else ""
            return f"Vượt chỉ tiêu «{quota.short_name}» ({format_count(quota.number)}{held})"
        cap = self.ceilings.caps[self._cap_key(key)]
        return f"Vượt trần {format_count(cap.number)} của đơn vị ở chương trình «{quota.programme.short_name}»"


def room_words(wish: Wish, verdict: Verdict) -> str:
    """What a ceiling leaves for a wish that does not fit."""
    return (
        f"ô này đang có {format_count(wish.old)}, nhập {format_count(wish.new)}, "
        f"nhiều nhất có thể là {format_count(verdict.most)}. Còn lại {format_count(max(verdict.left or 0, 0))}."
    )


def nominated(quota_ids: Collection[int], unit_ids: Collection[int] | None = None) -> dict[Key, int]:
    """How many people are on the list proper, by unit and quota; of those units only, if given."""
    rows = Nomination.objects.filter(quota_id__in=quota_ids, reserve=False).order_by()
    if unit_ids is not None:
        rows = rows.filter(unit_id__in=unit_ids)
    counted = rows.values_list("unit_id", "quota_id").annotate(people=Count("pk"))
    return {(unit_id, quota_id): people for unit_id, quota_id, people in counted}


def allocated_by_programme(unit_ids: Collection[int], programme_ids: Collection[int]) -> dict[Key, int]:
    """Σ allocated by unit and programme, over all quotas of each programme."""
    rows = (
        Allocation.objects.filter(unit_id__in=unit_ids, quota__programme_id__in=programme_ids)
        .order_by()
        .values_list("unit_id", "quota__programme_id")
        .annotate(total=Sum("number", default=0))
    )
    found: dict[Key, int] = defaultdict(int)
    for unit_id, programme_id, total in rows:
        found[unit_id, programme_id] = total
    return found


def _below_sub_quota(least: int, name: str) -> str:
    return (
        f"Trong số này đã có {format_count(least)} chỉ tiêu con «{name}»: nhập ít nhất {format_count(least)}, "
        "hoặc giảm chỉ tiêu con trước."
    )


def _below_nominated(people: int) -> str:
    return (
        f"Đơn vị đã cử {format_count(people)} người, số phân bổ không thể ít hơn. "
        "Bỏ bớt người hoặc chuyển sang dự bị trong danh sách cử đi trước."
    )
