"""Nominees as a file: each row is written by the services of the rosters, one by one, as their form writes it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Q, QuerySet

from courses.resources import YEAR
from quotas.models import Nomination, Person, Quota
from quotas.resources.tables import PROGRAMME, VERSION, PersonName, quota_column
from quotas.rules.people import age_fault
from quotas.services.nominations import (
    NOMINATION_FIELDS,
    PERSON_FIELDS,
    Details,
    Unconfirmed,
    add_nomination,
    edit_nomination,
    remove_nomination,
)
from trainingplan.policies import visible_units
from trainingplan.resources.base import CatalogueResource
from trainingplan.resources.columns import (
    Cell,
    Choice,
    Column,
    Count,
    PartialDay,
    PersonalColumn,
    YesNo,
    cell_text,
    unit_column,
)
from trainingplan.rules.numbers import parse_count
from trainingplan.services.refusals import Refused, Stale

PERSON_ID, CONFIRMED, RESERVE = "Mã người", "Xác nhận", "Dự bị (x)"
QUOTA_KEY, UNIT_KEY = "Khóa chỉ tiêu", "Khóa đơn vị"


class OneLine(Cell):
    """Text on one line."""

    def read(self, text: str) -> str:
        line = " ".join(text.split())
        if not line.isprintable():
            raise ValueError("Có ký tự không in được. Xóa đi rồi gõ lại.")
        return line


class BornColumn(Column):
    """The nominee's date of birth, of which the day or the month may be unknown."""

    def save(self, instance: Nomination, row: Mapping[str, Any], *_: Any, **kwargs: Any) -> None:
        birth = self.clean(row)
        person = instance.person
        person.birth_year = birth.year if birth else None
        person.birth_month = birth.month if birth else None
        person.birth_day = birth.day if birth else None


def _person(name: str, heading: str, widget: Cell | None = None, **more: Any) -> Column:
    return Column(f"person__{name}", heading, widget or OneLine(), covers=(name,), **more)


class NominationResource(CatalogueResource):
    """A row with a number changes that nominee, one without adds; `Xác nhận` says that a namesake is the same."""

    within = Q()
    """Whom a file may mean, set by whoever has read it: others need not be fetched."""
    _stood: tuple[int, int, int] | None = None
    """Quota, unit and version of the nominee that the row means, as they stand."""

    id = Column("id", PERSON_ID, Count(minimum=1, maximum=10**12), required=True)
    year = Column("quota__programme__plan__year", YEAR, shown_only=True, required=True)
    programme = Column("quota__programme__key", PROGRAMME, shown_only=True, required=True)
    quota = Column("quota", QUOTA_KEY, quota_column(), required=True)
    unit = Column("unit", UNIT_KEY, unit_column(), required=True)
    full_name = _person("full_name", "Họ và tên", PersonName(), required=True)
    sex = _person("sex", "Giới tính", Choice(Person.Sex.choices), required=True)
    birth = BornColumn(
        "person__birth", "Ngày sinh", PartialDay(), required=True,
        covers=("birth", "birth_year", "birth_month", "birth_day"),
    )  # fmt: skip
    job_title = _person("job_title", "Chức vụ")
    ethnicity = PersonalColumn("person__ethnicity", "Dân tộc", OneLine(), covers=("ethnicity",))
    education = _person("education", "Trình độ hiện tại")
    degree = Column("degree", "Trình độ đăng ký", OneLine())
    field_of_study = Column("field_of_study", "Ngành, chuyên ngành", OneLine())
    institution = Column("institution", "Cơ sở đào tạo", OneLine())
    mode = Column("mode", "Hình thức", OneLine())
    duration = Column("duration", "Thời gian", OneLine())
    funding = Column("funding", "Nguồn kinh phí", OneLine())
    planned_post = Column("planned_post", "Quy hoạch", OneLine())
    class_name = Column("class_name", "Lớp", OneLine())
    reserve = Column("reserve", RESERVE, YesNo())
    note = Column("note", "Ghi chú", OneLine())
    version = Column("version", VERSION, shown_only=True)
    confirmed = Column("confirmed", CONFIRMED, YesNo(), shown_only=True)

    class Meta:
        model = Nomination
        import_id_fields = ("id",)
        name = "Danh sách cử đi"

    def get_queryset(self) -> QuerySet[Nomination]:
        """Of an import, those whom its writer may see."""
        rows = Nomination.objects.select_related("person", "unit", "quota__programme__plan")
        actor = getattr(self, "actor", None)
        return rows if actor is None else rows.filter(self.within, unit__in=visible_units(actor))

    def init_instance(self, row: Mapping[str, Any] | None = None) -> Nomination:
        self._stood = None
        return Nomination(person=Person())

    def get_instance(self, instance_loader: Any, row: Mapping[str, Any]) -> Nomination | None:
        found = super().get_instance(instance_loader, row)
        if not isinstance(found, Nomination):
            return None
        self._stood = found.quota_id, found.unit_id, found.version
        return found

    def problems_of(self, instance: Nomination) -> dict[str, str]:
        """What the roster's form would say; places, deadlines and namesakes are the services' business."""
        if instance._state.adding and instance.pk:
            return {"id": "Người này không còn trong danh sách, hoặc mã đã bị sửa. Thêm người mới thì để trống mã."}
        person, problems = instance.person, {}
        for name in ("full_name", "sex", "birth"):
            if not getattr(person, name):
                problems[name] = "Chưa nhập ô này."
        missing = [name for name in ("quota", "unit") if getattr(instance, f"{name}_id") is None]
        problems |= dict.fromkeys(missing, "Chưa ghi khóa.")
        if self._stood and not missing and (instance.quota_id, instance.unit_id) != self._stood[:2]:
            problems["quota"] = "Không chuyển một người sang danh sách khác được. Bỏ ở danh sách cũ rồi thêm dòng mới."
        if person.birth_year and not missing and (fault := age_fault(person.birth_year, _plan_year(instance.quota))):
            problems["birth"] = fault
        return problems

    def clean_instance(self, instance: Nomination, exclude: set[str]) -> None:
        """Lengths and the like; what must be one of its kind is looked at under the lock, by the services."""
        errors: dict[str, Any] = {}
        for row, names in ((instance.person, PERSON_FIELDS), (instance, NOMINATION_FIELDS)):
            left_out = {field.name for field in row._meta.fields if field.name not in names} | exclude
            try:
                row.clean_fields(exclude=left_out)
            except ValidationError as error:
                errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def save_instance(self, instance: Nomination, is_create: bool, row: Mapping[str, Any], **kwargs: Any) -> None:  # noqa: FBT001
        try:
            saved = self._add(instance, row) if is_create else self._edit(instance, row)
        except Stale as stale:
            raise ValidationError(_both(stale, self)) from stale
        except Refused as refused:
            raise ValidationError({refused.field or NON_FIELD_ERRORS: refused.message}) from refused
        instance.__dict__.update(saved.__dict__)

    def _add(self, instance: Nomination, row: Mapping[str, Any]) -> Nomination:
        quota = instance.quota
        given: dict[str, Any] = {
            "plan": quota.programme.plan,
            "quota_id": quota.pk,
            "unit": instance.unit,
            "details": _details(instance),
            "actor": self.actor,
        }
        try:
            return add_nomination(**given)
        except Unconfirmed as unsure:
            if not YesNo().clean(row.get(CONFIRMED)):
                raise
            return add_nomination(**given, confirmed=unsure.person_id)

    def _edit(self, instance: Nomination, row: Mapping[str, Any]) -> Nomination:
        seen = parse_count(cell_text(row.get(VERSION)), maximum=10**9)
        given: dict[str, Any] = {
            "plan": instance.quota.programme.plan,
            "nomination": instance,
            "details": _details(instance),
            "version": instance.version if seen is None else seen,
            "actor": self.actor,
        }
        try:
            return edit_nomination(**given)
        except Unconfirmed as unsure:
            if not YesNo().clean(row.get(CONFIRMED)):
                raise
            return edit_nomination(**given, confirmed=unsure.person_id)

    def remove(self, rows: Sequence[Nomination], *, reason: str) -> None:
        for row in rows:
            plan = row.quota.programme.plan
            remove_nomination(plan=plan, nomination=row, version=row.version, actor=self.actor, reason=reason)

    def name_of(self, instance: Nomination) -> str:
        return f"{instance.person.full_name} – {instance.quota.short_name}"

    def dehydrate_confirmed(self, _nomination: Nomination) -> str:
        return ""


def _plan_year(quota: Quota) -> int:
    return quota.programme.plan.year


def _details(instance: Nomination) -> Details:
    person = instance.person
    return Details(
        **{name: getattr(person, name) for name in PERSON_FIELDS},
        **{name: getattr(instance, name) for name in NOMINATION_FIELDS},
    )


def _both(stale: Stale, resource: NominationResource) -> str:
    """Who wrote, and in which cells the two differ."""
    cells = (
        f"{resource.heading_of(one.field) or one.field}: trên mạng «{one.stored}», trong tệp «{one.typed}»"
        for one in stale.differences
    )
    return f"{stale.message} {'; '.join(cells)}."
