"""Nominating people (cử cán bộ) for a quota: added, changed, taken off. The person is written with the nomination."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from django.db import transaction
from django.db.models import F, QuerySet

from quotas.locking import lock_quotas
from quotas.models import Nomination, Person, Quota
from quotas.policies import check_roster_open
from quotas.selectors.rosters import MASK, quotas_made, unit_places
from trainingplan.locking import hold_plan
from trainingplan.models import Participant, Plan, Unit, User
from trainingplan.policies import FROZEN
from trainingplan.rules.dates import PartialDate
from trainingplan.rules.names import fold
from trainingplan.rules.numbers import format_count
from trainingplan.selectors import last_writing, unit_name
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Difference, Refused, Stale


@dataclass(frozen=True, slots=True)
class Details:
    """What somebody typed of a nominee: first of the person, from `reserve` on of the nomination."""

    full_name: str
    sex: str
    birth: PartialDate | None
    job_title: str = ""
    ethnicity: str = ""
    education: str = ""
    reserve: bool = False
    degree: str = ""
    field_of_study: str = ""
    institution: str = ""
    mode: str = ""
    duration: str = ""
    funding: str = ""
    planned_post: str = ""
    class_name: str = ""
    note: str = ""

    @property
    def identity(self) -> tuple[str, PartialDate | None]:
        """By what somebody is the same person within a unit."""
        return fold(self.full_name), self.birth


PERSON_FIELDS = ("full_name", "sex", "birth", "job_title", "ethnicity", "education")
NOMINATION_FIELDS = tuple(field.name for field in fields(Details) if field.name not in PERSON_FIELDS)


class Unconfirmed(Refused):
    """The unit has this person already; the writer confirms with `person_id` that the same one is meant."""

    def __init__(self, message: str, person_id: int) -> None:
        super().__init__(message, field="full_name")
        self.person_id = person_id


@transaction.atomic
def add_nomination(
    *, plan: Plan, quota_id: int, unit: Unit, details: Details, actor: User, confirmed: int | None = None
) -> Nomination:
    """Put a person on the roster of a quota, in a place of the unit.

    Raises Refused: closed, nothing allocated, no place left, on this roster already; Unconfirmed when the unit has the
    person already and `confirmed` is not her id.
    """
    quota = _lock(plan, quota_id, unit, actor)
    nomination = Nomination(quota=quota, unit=unit, version=0)
    _check_allocated(quota)
    _check_person(nomination, details, known := _known_person(unit, details), confirmed)
    if not details.reserve:
        _check_place(quota, unit)
    person = _record_for(known, nomination, details) if known else Person(unit=unit)
    return _write(nomination, person, details, {}, actor)


@transaction.atomic
def edit_nomination(
    *, plan: Plan, nomination: Nomination, details: Details, version: int, actor: User, confirmed: int | None = None
) -> Nomination:
    """Change a nominee, or put another in her place. Raises as `add_nomination`, and Stale with both values."""
    stored = _lock_stored(plan, nomination, actor)
    before = details_of(stored)
    if stored.version != version:
        raise _stale(stored, differences(before, details))
    known = None if before.identity == details.identity else _known_person(stored.unit, details)
    _check_person(stored, details, known, confirmed)
    if stored.reserve and not details.reserve:
        _check_place(stored.quota, stored.unit)
    former = stored.person
    written = _write(stored, _record_for(known or former, stored, details), details, shown(before), actor)
    _drop_if_unused(former)
    return written


@transaction.atomic
def remove_nomination(*, plan: Plan, nomination: Nomination, version: int, actor: User, reason: str = "") -> None:
    """Take a person off the roster; the place is free again and the log keeps who had it."""
    stored = _lock_stored(plan, nomination, actor)
    if stored.version != version:
        raise _stale(stored, ())
    _log(stored, shown(details_of(stored)), {}, actor, reason)
    person = stored.person
    stored.delete()
    _drop_if_unused(person)


def details_of(nomination: Nomination) -> Details:
    """What is stored of a nominee."""
    person = nomination.person
    return Details(
        **{name: getattr(person, name) for name in PERSON_FIELDS},
        **{name: getattr(nomination, name) for name in NOMINATION_FIELDS},
    )


def shown(details: Details) -> dict[str, str]:
    """The details by field, in the words of the page."""
    values = {name: value for name, value in asdict(details).items() if isinstance(value, str)}
    values["sex"] = str(Person.Sex(details.sex).label)
    values["birth"] = details.birth.display() if details.birth else ""
    values["reserve"] = "dự bị" if details.reserve else "chính thức"
    return values


def differences(stored: Details, typed: Details) -> list[Difference]:
    """The fields in which two writers differ."""
    ours, theirs = shown(typed), shown(stored)
    return [Difference(name, theirs[name], ours[name]) for name in ours if theirs[name] != ours[name]]


def _lock(plan: Plan, quota_id: int, unit: Unit, actor: User) -> Quota:
    """The quota, locked, and before it the unit: its people are on rosters of several quotas and plans."""
    plan = hold_plan(plan)
    check_roster_open(plan, unit, actor)
    lock_unit(unit)
    if not Participant.objects.filter(plan=plan, unit=unit).exists():
        raise Refused("Đơn vị này không tham gia kế hoạch.", field="unit")
    quota = lock_quotas([quota_id]).get(quota_id)
    if quota is None or quota.programme.plan_id != plan.pk:
        raise Refused("Chỉ tiêu này không thuộc kế hoạch.", field="quota")
    return quota


def lock_unit(unit: Unit) -> None:
    """Writers of the unit's rosters and people wait here, while others may refer to the unit, as allocations do."""
    lock_units([unit.pk])


def lock_units(ids: Iterable[int]) -> None:
    list(Unit.objects.filter(pk__in=set(ids)).order_by("pk").select_for_update(no_key=True))


def kept_people() -> set[int]:
    """The people on rosters of plans that keep them as they are: nothing of their records changes any more."""
    frozen = Nomination.objects.filter(quota__programme__plan__state__in=FROZEN).order_by()
    return set(frozen.values_list("person_id", flat=True).distinct())


def why_person_kept(person: Person) -> str:
    """Why the person's record cannot be changed, in words; empty when it can."""
    if not person.nominations.filter(quota__programme__plan__state__in=FROZEN).exists():
        return ""
    return KEPT


KEPT = (
    "Cán bộ này có tên trong danh sách cử đi của kế hoạch đã khóa, hồ sơ được giữ nguyên. "
    "Sửa ở danh sách cử đi của kế hoạch đang lập: số liệu mới ghi vào hồ sơ riêng."
)


def outdate_forms(*people: Person, but: Nomination | None = None) -> None:
    """Forms that show these people on a roster are stale from now on, but for the one that was just saved."""
    Nomination.objects.filter(person__in=people).exclude(pk=but.pk if but else 0).update(version=F("version") + 1)


def _lock_stored(plan: Plan, nomination: Nomination, actor: User) -> Nomination:
    """The nomination as it stands, with its unit and quota locked."""
    _lock(plan, nomination.quota_id, nomination.unit, actor)
    stored = Nomination.objects.select_related("person", "quota__programme__plan", "unit").filter(pk=nomination.pk)
    if not stored:
        raise Refused("Cán bộ này vừa được người khác bỏ khỏi danh sách.")
    return stored[0]


def _check_person(nomination: Nomination, details: Details, known: Person | None, confirmed: int | None) -> None:
    """Raise Refused when the person is on this roster already, Unconfirmed when the unit has her and nobody said so."""
    quota, unit = nomination.quota, nomination.unit
    who = f"{details.full_name} (sinh {_born(details)}, {unit_name(quota.programme.plan, unit)})"
    on_roster = Nomination.objects.filter(quota=quota, person__in=_people_like(unit, details)).exclude(pk=nomination.pk)
    if on_roster.exists():
        raise Refused(f"{who} đã có trong danh sách này.", field="full_name")
    if known and known.pk != confirmed:
        raise Unconfirmed(f"{who} đã có trong {_where(known)}. Nếu đúng là người này, bấm xác nhận để cử.", known.pk)


def _check_allocated(quota: Quota) -> None:
    if not quotas_made([quota.pk]):
        raise Refused(
            f"Chỉ tiêu «{quota.short_name}» chưa được phân bổ; chỉ cử được cán bộ sau khi Ban Tổ chức Tỉnh ủy phân bổ.",
            field="quota",
        )


def _check_place(quota: Quota, unit: Unit) -> None:
    """Raise Refused unless the unit has a place for one more on the list proper."""
    places = unit_places(quota, unit)
    if places.left < 1:
        raise Refused(
            f"Đơn vị được phân bổ {format_count(places.allocated)} chỉ tiêu «{quota.short_name}», "
            f"đã cử {format_count(places.nominated)} người, không còn chỗ. "
            "Đánh dấu «Ghi vào danh sách dự bị» nếu muốn giữ tên này.",
            field="reserve",
        )


def _people_like(unit: Unit, details: Details) -> QuerySet[Person]:
    birth = details.birth
    return Person.objects.filter(
        unit=unit,
        name_search=fold(details.full_name),
        birth_year=birth.year if birth else None,
        birth_month=birth.month if birth else None,
        birth_day=birth.day if birth else None,
    )


def _known_person(unit: Unit, details: Details) -> Person | None:
    """The person of that name and birth whom the unit has already, the latest record of her."""
    return _people_like(unit, details).order_by("-pk").first()


def _born(details: Details) -> str:
    return details.birth.display() if details.birth else "chưa rõ năm"


def _where(person: Person) -> str:
    """The rosters that the person is on, in words."""
    lists = person.nominations.order_by("-quota__programme__plan__year", "pk").values_list(
        "quota__short_name", "quota__programme__plan__year"
    )
    names = "; ".join(f"«{quota}» năm {year}" for quota, year in lists)
    return f"danh sách {names}" if names else "hồ sơ cán bộ của đơn vị"


def _record_for(person: Person, nomination: Nomination, details: Details) -> Person:
    """Whose record takes the details: that of `person`, unless others rely on it as it is.

    Another person in a place never changes the first one's record on other rosters, and an issued plan keeps its
    people as they were: then the details go to a record of their own.
    """
    others = person.nominations.exclude(pk=nomination.pk)
    if not _changes(person, details) or not others.exists():
        return person
    replaced = (fold(person.full_name), person.birth) != details.identity
    if replaced or others.filter(quota__programme__plan__state__in=FROZEN).exists():
        return Person(unit=nomination.unit)
    return person


def _changes(person: Person, details: Details) -> bool:
    return any(getattr(person, name) != getattr(details, name) for name in PERSON_FIELDS)


def _write(
    nomination: Nomination, person: Person, details: Details, before: Mapping[str, str], actor: User
) -> Nomination:
    """Store the person and the nomination, from now on not illustrative, and log what changed."""
    changed = _changes(person, details)
    replaced = {"illustrative": "có"} if nomination.illustrative else {}
    _store_person(person, details)
    for name in NOMINATION_FIELDS:
        setattr(nomination, name, getattr(details, name))
    nomination.person, nomination.version, nomination.illustrative = person, nomination.version + 1, False
    nomination.save()
    if changed:
        outdate_forms(person, but=nomination)
    _log(nomination, {**before, **replaced}, shown(details) | dict.fromkeys(replaced, "không"), actor)
    return nomination


def _store_person(person: Person, details: Details) -> None:
    for name in PERSON_FIELDS:
        if name != "birth":
            setattr(person, name, getattr(details, name))
    birth = details.birth
    person.birth_year = birth.year if birth else None
    person.birth_month = birth.month if birth else None
    person.birth_day = birth.day if birth else None
    person.illustrative = False
    person.save()


def _drop_if_unused(person: Person) -> None:
    """Keep no personal data of somebody who is on no roster any more."""
    if not person.nominations.exists():
        person.delete()


def _stale(stored: Nomination, found: Sequence[Difference]) -> Stale:
    message = f"{last_writing('nomination', stored.pk)} vừa sửa cán bộ này. Việc của bạn chưa được thực hiện."
    return Stale(message, version=stored.version, differences=found)


def _log(
    nomination: Nomination, before: Mapping[str, str], after: Mapping[str, str], actor: User, reason: str = ""
) -> None:
    """One entry a field that changed. Sensitive values are masked: the log is read by more people than the roster."""
    plan = nomination.quota.programme.plan
    name = before.get("full_name") or after.get("full_name", "")
    record(
        [
            Entry(
                table="nomination",
                row=nomination.pk,
                label=f"Danh sách cử đi: {name} – {nomination.quota.name} – {unit_name(plan, nomination.unit)}",
                field=field,
                old=_logged(field, before.get(field, "")),
                new=_logged(field, after.get(field, "")),
                unit_id=nomination.unit_id,
            )
            for field in dict.fromkeys((*before, *after))
            if before.get(field, "") != after.get(field, "")
        ],
        actor=actor,
        plan=plan,
        reason=reason,
    )


def _logged(field: str, value: str) -> str:
    return MASK if field == "ethnicity" and value else value
