"""Institutions and programmes as files."""

from typing import Any

from django.db.models import QuerySet

from courses.models import Institution, Programme
from trainingplan.models import Section
from trainingplan.resources.bulk import BulkResource
from trainingplan.resources.columns import Choice, Column, Place, Reference, YesNo, plan_column

YEAR = "Năm"


def section_column() -> Reference:
    """A section of the plan of that year, by its key."""
    return Reference(
        lambda: Section.objects.select_related("plan"),
        lambda section: (str(section.plan.year), section.key),
        what="mục",
        where="Mục của kế hoạch",
        scope=(YEAR,),
    )


def programme_column() -> Reference:
    """A programme of the plan of that year, by its key."""
    return Reference(
        lambda: Programme.objects.select_related("plan"),
        lambda programme: (str(programme.plan.year), programme.key),
        what="chương trình",
        where="Chương trình",
        scope=(YEAR,),
    )


def institution_rows() -> QuerySet[Institution]:
    return Institution.objects.all()


def institution_key(institution: Institution) -> tuple[str, ...]:
    return (institution.key,)


class InstitutionResource(BulkResource):
    key = Column("key", "Khóa", required=True)
    name = Column("name", "Tên")
    short_name = Column("short_name", "Tên viết tắt")

    class Meta:
        model = Institution
        import_id_fields = ("key",)
        name = "Cơ sở đào tạo, bồi dưỡng"


class ProgrammeResource(BulkResource):
    plan = Column("plan", YEAR, plan_column(), required=True)
    key = Column("key", "Khóa", required=True)
    code = Column("code", "Số mục")
    name = Column("name", "Tên chương trình")
    short_name = Column("short_name", "Tên gọn")
    nature = Column("nature", "Loại", Choice(Programme.Nature.choices))
    abroad = Column("abroad", "Ở nước ngoài", YesNo())
    position = Column("position", "Thứ tự", Place())
    section = Column("section", "Khóa mục trong kế hoạch", section_column())

    class Meta:
        model = Programme
        import_id_fields = ("plan", "key")
        name = "Chương trình"

    def get_queryset(self) -> QuerySet[Programme]:
        return Programme.objects.select_related("plan", "section")

    def filter_export(self, queryset: QuerySet[Programme], **kwargs: Any) -> QuerySet[Programme]:
        return queryset.select_related("plan", "section")
