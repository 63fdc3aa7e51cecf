"""Units with their names, and users, as files."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from trainingplan.models import Role, Unit, UnitName, User
from trainingplan.models.units import KEY_VALIDATOR
from trainingplan.resources.base import CatalogueResource
from trainingplan.resources.columns import Choice, Column, Day, YesNo, cell_text, unit_column
from trainingplan.rules.dates import format_date


class UnitNameResource(CatalogueResource):
    """Names through time; a key that is not there yet makes a new unit."""

    unit = Column("unit", "Khóa đơn vị", unit_column(), required=True)
    official_code = Column("unit__official_code", "Mã chính thức", shown_only=True)
    name = Column("name", "Tên")
    short_name = Column("short_name", "Tên viết tắt")
    valid_from = Column("valid_from", "Từ ngày", Day(), required=True)
    valid_to = Column("valid_to", "Đến trước ngày", Day())
    judged_here = frozenset({"unit"})

    class Meta:
        model = UnitName
        import_id_fields = ("unit", "valid_from")
        name = "Tên đơn vị"

    def get_queryset(self) -> QuerySet[UnitName]:
        return UnitName.objects.select_related("unit").order_by("unit__key", "valid_from")

    def filter_export(self, queryset: QuerySet[Any], **kwargs: Any) -> QuerySet[UnitName]:
        """The list is one of units, the file one of their names."""
        if queryset.model is UnitName:
            return queryset
        return self.get_queryset().filter(unit__in=queryset.order_by().values("pk"))

    def before_import_row(self, row: Mapping[str, Any], **kwargs: Any) -> None:
        key, known = cell_text(row[self.columns["unit"].column_name]), self.columns["unit"].widget
        if key and not known.knows(key):
            try:
                KEY_VALIDATOR(key)
            except ValidationError as error:
                raise ValidationError({"unit": error.messages}) from error
            unit = Unit(key=key)
            unit.full_clean()
            self.edits.save(unit)
            known.learn(unit)

    def forget_row(self, row: Mapping[str, Any]) -> None:
        self.columns["unit"].widget.read_again()

    def remove(self, rows: Sequence[UnitName], *, reason: str) -> None:
        """A unit whose only name goes, goes with it; raises Refused when anything uses the unit."""
        for name in rows:
            if UnitName.objects.filter(unit=name.unit_id).exclude(pk=name.pk).exists():
                self.edits.delete(name)
            else:
                self.edits.delete(name.unit, parts=(UnitName,))

    def problems_of(self, instance: UnitName) -> dict[str, str]:
        if not instance.unit_id:
            return {"unit": "Chưa ghi khóa."}
        if vars(instance).get("valid_from") is None:
            return {}
        later = Q(valid_to__isnull=True) | Q(valid_to__gt=instance.valid_from)
        earlier = Q(valid_from__lt=instance.valid_to) if instance.valid_to else Q()
        others = UnitName.objects.filter(later, earlier, unit=instance.unit_id).exclude(pk=instance.pk)
        other = others.exclude(valid_from=instance.valid_from).first()
        if other is None:
            return {}
        return {
            "valid_to" if other.valid_from > instance.valid_from else "valid_from": (
                f"Chồng lên tên «{other.name}» từ {format_date(other.valid_from)}. "
                "Kết thúc tên cũ trước, ở một dòng đứng trên dòng này."
            )
        }


class UserResource(CatalogueResource):
    """To be read only: accounts are made one by one, with their passwords."""

    username = Column("username", "Tên đăng nhập")
    full_name = Column("full_name", "Họ và tên")
    role = Column("role", "Vai trò", Choice(Role.choices))
    unit = Column("unit", "Khóa đơn vị", unit_column())
    unit_name = Column("unit", "Đơn vị", shown_only=True)
    email = Column("email", "Thư điện tử")
    phone = Column("phone", "Điện thoại")
    is_active = Column("is_active", "Đang hoạt động", YesNo())

    class Meta:
        model = User
        import_id_fields = ("username",)
        name = "Người dùng"

    def dehydrate_unit_name(self, user: User) -> str:
        return str(user.unit) if user.unit else ""
