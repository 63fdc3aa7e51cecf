"""The fixed cast of the tests: a small province with two units, their people's accounts, and one plan.

Alice writes for Bình Sơn and owns what is tested, Bob is her colleague, Charlie of Sơn Tịnh must see nothing of it;
Hoa sits on the Board.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.utils import timezone

from courses.models import Programme
from quotas.models import Quota
from trainingplan.models import (
    Appendix,
    AppendixColumn,
    Participant,
    Plan,
    Role,
    Unit,
    UnitGroup,
    UnitName,
    User,
)

PASSWORD = "mật khẩu dài để thử nghiệm"


@dataclass(frozen=True)
class Province:
    plan: Plan
    appendix: Appendix
    binh_son: Unit
    son_tinh: Unit
    hcm: Quota
    kv3: Quota
    alice: User
    bob: User
    charlie: User
    hoa: User


def make_unit(key: str, name: str, plan: Plan, group: UnitGroup, position: int) -> Unit:
    unit = Unit.objects.create(key=key)
    UnitName.objects.create(unit=unit, name=name, valid_from=date(1989, 7, 1))
    Participant.objects.create(plan=plan, unit=unit, group=group, position=position)
    return unit


def make_user(username: str, full_name: str, role: Role, unit: Unit | None = None) -> User:
    return User.objects.create_user(username, PASSWORD, full_name=full_name, role=role, unit=unit)


def make_quota(
    programme: Programme, appendix: Appendix, key: str, name: str, *, number: int | None, position: int
) -> Quota:
    column = AppendixColumn.objects.create(appendix=appendix, position=position + 2, source="quota", head=name)
    return Quota.objects.create(
        programme=programme,
        key=key,
        name=f"Cao cấp lý luận chính trị – {name}",
        short_name=name,
        number=number,
        position=position,
        appendix=appendix,
        column=column,
    )


def make_province() -> Province:
    now = timezone.now()
    plan = Plan.objects.create(
        year=2024,
        subject="đào tạo, bồi dưỡng",
        parent_body="TỈNH ỦY",
        issuing_body="Ban Thường vụ Tỉnh ủy",
        place="Quảng Ngãi",
        state=Plan.State.REGISTRATION,
        registration_opens_at=now - timedelta(days=1),
        registration_closes_at=now + timedelta(days=10),
    )
    group = UnitGroup.objects.create(key="huyen-thi-thanh", name="Khối huyện, thị, thành phố", position=3)
    programme = Programme.objects.create(
        plan=plan, key="cao-cap", code="1.1.1", name="Cao cấp", short_name="Cao cấp", nature="training", position=1
    )
    appendix = Appendix.objects.create(plan=plan, number=1, kind="allocation", title="Phân bổ chỉ tiêu cao cấp")
    AppendixColumn.objects.create(appendix=appendix, position=1, source="stt", head="TT")
    AppendixColumn.objects.create(appendix=appendix, position=2, source="unit", head="Đơn vị")
    AppendixColumn.objects.create(appendix=appendix, position=9, source="total", head="Tổng cộng")
    binh_son = make_unit("huyen-uy-binh-son", "Huyện ủy Bình Sơn", plan, group, 1)
    son_tinh = make_unit("huyen-uy-son-tinh", "Huyện ủy Sơn Tịnh", plan, group, 2)
    return Province(
        plan=plan,
        appendix=appendix,
        binh_son=binh_son,
        son_tinh=son_tinh,
        hcm=make_quota(programme, appendix, "hcm", "Học viện CTQG Hồ Chí Minh", number=5, position=1),
        kv3=make_quota(programme, appendix, "kv3", "Học viện Chính trị khu vực III", number=45, position=2),
        alice=make_user("alice", "Nguyễn Thị Ái", Role.UNIT, binh_son),
        bob=make_user("bob", "Trần Văn Bảo", Role.UNIT, binh_son),
        charlie=make_user("charlie", "Lê Văn Chính", Role.UNIT, son_tinh),
        hoa=make_user("hoa", "Phạm Thị Hoa", Role.BOARD),
    )


@pytest.fixture
def province(db: None) -> Province:
    return make_province()
