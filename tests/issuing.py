"""What tests of issuing share: a small plan that passes every gate, its people, and quick files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.utils import timezone

from quotas.models import Allocation
from quotas.services.cells import CellInput
from reports.models import Version
from reports.services.submittals import submit_plan
from reports.services.versions import Paper, issue_plan
from tests.cast import Province, make_province, make_user
from trainingplan.models import Plan, Role, Section, User


@dataclass(frozen=True)
class Office:
    """The province with an allocated plan, its leader and his colleague."""

    province: Province
    leader: User
    colleague: User

    @property
    def plan(self) -> Plan:
        return Plan.objects.get(pk=self.province.plan.pk)

    def moved(self) -> list[CellInput]:
        """Cells that give a place of Sơn Tịnh (25) to Bình Sơn (20)."""
        cast = self.province
        typed = ((cast.son_tinh, "24"), (cast.binh_son, "21"))
        return [CellInput(unit.pk, cast.kv3.pk, number, 1) for unit, number in typed]

    def submit(self) -> None:
        submit_plan(plan=self.plan, actor=self.province.hoa)

    def issue(self, number: str = "12", day: date | None = None) -> Version:
        return issue_plan(plan=self.plan, paper=paper(number, day), actor=self.leader, right_of=self.leader)

    def issued(self) -> Version:
        self.submit()
        return self.issue()


def paper(number: str = "12", day: date | None = None, name: str = "Nguyễn Văn Ký") -> Paper:
    return Paper(number, day or timezone.localdate(), "T/M BAN THƯỜNG VỤ", "PHÓ BÍ THƯ", name)


def make_office() -> Office:
    province = make_province()
    plan = province.plan
    plan.state = Plan.State.ALLOCATION
    plan.save()
    body = "Cử {quota:hcm} và {quota:kv3} theo Phụ lục {appendix:1}. Kinh phí: {budget} đồng."
    Section.objects.create(plan=plan, key="muc-i", position=1, marker="I.", heading="NỘI DUNG", body=body)
    now = timezone.now()
    for quota, unit, number in (
        (province.hcm, province.binh_son, 5),
        (province.kv3, province.binh_son, 20),
        (province.kv3, province.son_tinh, 25),
    ):
        Allocation.objects.create(quota=quota, unit=unit, number=number, updated_at=now)
    return Office(
        province, make_user("ky", "Lê Văn Lãnh", Role.MANAGER), make_user("nam", "Trần Văn Nam", Role.MANAGER)
    )


@pytest.fixture
def office(db: None) -> Office:
    return make_office()


@pytest.fixture
def quick_files() -> Iterator[None]:
    """Files of a few bytes that still tell what they were made from; what renderers do is tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reports.version_files.render", lambda document, fmt: f"{fmt} {document}".encode())
        patch.setattr("reports.version_files.render_whole", lambda documents: repr(documents).encode())
        yield
