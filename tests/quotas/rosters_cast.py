"""A roster for the tests of nominations: appendix 6 with one quota of which Bình Sơn has two places, Sơn Tịnh one."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from courses.models import Programme
from quotas.models import Allocation, Quota
from quotas.services.nominations import Details
from tests.cast import Province, make_province
from trainingplan.models import Appendix, AppendixColumn, Unit
from trainingplan.rules.dates import PartialDate

COLUMNS = ("stt", "full_name", "birth_male", "birth_female", "job_title", "unit", "ethnicity", "class_name", "note")


@dataclass(frozen=True)
class RosterCast:
    province: Province
    appendix: Appendix
    quota: Quota


def make_roster(province: Province, number: int = 6) -> RosterCast:
    appendix = Appendix.objects.create(plan=province.plan, number=number, kind="roster", title=f"Danh sách {number}")
    AppendixColumn.objects.bulk_create(
        AppendixColumn(appendix=appendix, position=place, source=source, head=f"Cột {source}")
        for place, source in enumerate(COLUMNS, start=1)
    )
    quota = Quota.objects.create(
        programme=Programme.objects.get(),
        key=f"danh-sach-{number}",
        name=f"Bồi dưỡng lớp {number}",
        short_name=f"Lớp {number}",
        number=6,
        position=number + 10,
        appendix=appendix,
    )
    return RosterCast(province, appendix, quota)


def give(quota: Quota, unit: Unit, number: int | None, *, illustrative: bool = False) -> None:
    Allocation.objects.update_or_create(
        quota=quota,
        unit=unit,
        defaults={"number": number, "illustrative": illustrative, "updated_at": timezone.now()},
    )


def make_cast() -> RosterCast:
    cast = make_roster(make_province())
    give(cast.quota, cast.province.binh_son, 2)
    give(cast.quota, cast.province.son_tinh, 1)
    return cast


BORN = PartialDate(1984, 12, 5)


def person(name: str = "Nguyễn Văn Đức", birth: PartialDate | None = BORN, **more: Any) -> Details:
    values: dict[str, Any] = {"sex": "male", "job_title": "Phó Bí thư", "ethnicity": "Hrê"} | more
    return Details(full_name=name, birth=birth, **values)
