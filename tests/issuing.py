"""What tests of issuing share: a small plan that passes every gate, its people, and quick files."""

from dataclasses import dataclass
from datetime import date
from importlib import import_module

import pytest
from django.utils import timezone

from quotas.models import Allocation
from quotas.services.cells import CellInput
from reports.models import Version, VersionFile
from reports.rules.compare import Data, canonical_bytes, digest
from reports.services.submittals import submit_plan
from reports.services.versions import Paper, issue_plan
from reports.version_files import manifest_of
from reports.versions import File
from tests.cast import Province, make_province, make_user
from trainingplan.models import Plan, Role, Section, User

TAKE_THE_RENDERER = ("reports.rendered", "reports.views.checks", "reports.management.commands.export_plan")
"""Modules that keep what `reports.exports.render` is when they are first imported."""


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


def make_version(plan: Plan, *, submitted_by: User, issued_by: User, number: str = "1") -> Version:
    """A version that is there, however it came to be."""
    data: Data = {"plan": {str(plan.year): {"subject": plan.subject}}}
    file = File("ke-hoach.html", "text/html; charset=utf-8", b"<style>p { color: black }</style><p>x</p>")
    now = timezone.now()
    version = Version.objects.create(
        plan=plan,
        number=1,
        kind=Version.Kind.FIRST,
        document_number=number,
        symbol=plan.symbol,
        issued_on=now.date(),
        issued_year=now.year,
        signer_title="PHÓ BÍ THƯ",
        signer_name="Nguyễn Văn Ký",
        issued_at=now,
        issued_by=issued_by,
        issued_by_name=issued_by.full_name,
        submitted_at=now,
        submitted_by=submitted_by,
        submitted_by_name=submitted_by.full_name,
        data=canonical_bytes(data).decode(),
        data_sha256=digest(data),
        manifest=manifest_of([file]),
    )
    VersionFile.objects.create(
        version=version,
        name=file.name,
        content_type=file.content_type,
        size=len(file.content),
        sha256=file.sha256,
        content=file.content,
    )
    return version


@pytest.fixture
def office(db: None) -> Office:
    return make_office()


@pytest.fixture
def quick_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a few bytes that still tell what they were made from; what renderers do is tested elsewhere.

    By the fixture that a test patches with: who takes back in another order leaves a stand-in behind.
    """
    for module in TAKE_THE_RENDERER:
        import_module(module)
    for place in ("reports.version_files.render", "reports.exports.render"):
        monkeypatch.setattr(place, lambda document, fmt: f"{fmt} {document}".encode())
    for place in ("reports.version_files.render_whole", "reports.exports.render_whole"):
        monkeypatch.setattr(place, lambda documents: repr(documents).encode())
