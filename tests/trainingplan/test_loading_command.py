"""`load_plan`: twice the same, on record, never over what people have written; and its demonstration users."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.serializers import serialize
from django.utils import timezone

from quotas.models import Allocation, Quota
from tests.loaded import FACTS, FIXTURES, ILLUSTRATIVE, LAST_YEAR
from tests.trainingplan.folders import copy, edit
from trainingplan.models import Change, Participant, Plan, Unit, UnitName, User

ALL = (FACTS, ILLUSTRATIVE, LAST_YEAR, FIXTURES / "sap-xep-2025")


def dump() -> dict[str, str]:
    """Every table as text."""
    return {
        model._meta.label: serialize("json", model._default_manager.order_by("pk"))
        for package in ("trainingplan", "courses", "quotas", "budget")
        for model in apps.get_app_config(package).get_models(include_auto_created=True)
    }


@pytest.mark.django_db
def test_twice_gives_the_same_database() -> None:
    call_command("load_plan", *ALL, demo_users=True)
    before = dump()
    call_command("load_plan", *ALL, demo_users=True)
    after = dump()
    assert [table for table in before if before[table] != after[table]] == []
    assert all(before[label] != "[]" for label in ("trainingplan.Succession", "quotas.Quota_institutions"))


@pytest.mark.django_db
def test_a_folder_without_a_plan_s_files_is_not_taken_for_one(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="không có tệp dữ liệu nào"):
        call_command("load_plan", tmp_path)


@pytest.mark.django_db
def test_each_load_that_changes_something_is_on_record(tmp_path: Path) -> None:
    facts = copy(FACTS, tmp_path)
    call_command("load_plan", facts)
    first = Change.objects.count()
    assert Change.objects.filter(row="2024", field="chỉ tiêu", new="thêm 22").exists()
    call_command("load_plan", facts)
    assert Change.objects.count() == first
    edit(facts / "quotas.toml", "number = 45", "number = 47")
    call_command("load_plan", facts)
    (change,) = Change.objects.order_by("pk")[first:]
    assert (change.field, change.new, change.actor_name) == ("chỉ tiêu", "sửa 1", "Hệ thống")
    assert Quota.objects.get(key="cao-cap-tap-trung-khu-vuc-3").number == 47


@pytest.mark.django_db
def test_the_round_opens_once() -> None:
    call_command("load_plan", FACTS)
    assert Plan.objects.get(year=2024).state == Plan.State.DRAFT
    call_command("load_plan", ILLUSTRATIVE)
    plan = Plan.objects.get(year=2024)
    assert plan.state == Plan.State.REGISTRATION
    assert plan.registration_opens_at
    assert plan.registration_closes_at
    assert abs(timezone.now() - plan.registration_opens_at) < timedelta(minutes=5)
    closes = timezone.localtime(plan.registration_closes_at)
    assert closes.date() == timezone.localdate() + timedelta(days=30)
    assert f"{closes:%H:%M:%S}" == "17:00:00"
    earlier = timezone.make_aware(datetime(2023, 10, 2, 8))  # noqa: DTZ001 - made aware
    Plan.objects.update(state=Plan.State.ALLOCATION, registration_opens_at=earlier)
    call_command("load_plan", FACTS, ILLUSTRATIVE)
    plan.refresh_from_db()
    assert (plan.state, plan.registration_opens_at) == (Plan.State.ALLOCATION, earlier)


@pytest.mark.django_db
def test_what_the_plans_life_gave_it_stays() -> None:
    call_command("load_plan", FACTS)
    Plan.objects.update(state=Plan.State.ISSUED, number="155", issued_on="2023-12-29")
    call_command("load_plan", FACTS)
    plan = Plan.objects.get()
    assert (plan.state, plan.number, str(plan.issued_on)) == (Plan.State.ISSUED, "155", "2023-12-29")


@pytest.mark.django_db
def test_a_renamed_unit_keeps_its_periods() -> None:
    call_command("load_plan", FACTS)
    old = UnitName.objects.get(unit__key="so-tai-chinh")
    UnitName.objects.filter(pk=old.pk).update(valid_to="2025-02-18")
    UnitName.objects.create(unit=old.unit, name="Sở Tài chính (mới)", valid_from="2025-02-18")
    call_command("load_plan", FACTS)
    periods = UnitName.objects.filter(unit=old.unit).order_by("valid_from")
    assert [str(period.valid_to) for period in periods] == ["2025-02-18", "None"]


@pytest.mark.django_db
def test_rows_that_change_places_do_not_collide(tmp_path: Path) -> None:
    facts = copy(FACTS, tmp_path)
    call_command("load_plan", facts)
    lines = (facts / "participants.csv").read_text(encoding="utf-8").splitlines()
    (facts / "participants.csv").write_text("\n".join([*lines[:2], *reversed(lines[2:])]), encoding="utf-8")
    call_command("load_plan", facts)
    first = Participant.objects.filter(group__key="dang-doan-the").order_by("position")[0]
    assert first.unit.key == "hoi-cuu-chien-binh"


@pytest.mark.django_db
def test_only_an_empty_database_is_filled() -> None:
    call_command("load_plan", FACTS, if_empty=True)
    Allocation.objects.all().delete()
    call_command("load_plan", ILLUSTRATIVE, if_empty=True)
    assert not Allocation.objects.exists()


@pytest.mark.django_db
def test_an_empty_database_takes_all_folders_or_none(tmp_path: Path) -> None:
    broken = copy(LAST_YEAR, tmp_path)
    edit(broken / "allocations.csv", "quota,unit,number", "quota,unit,so")
    with pytest.raises(CommandError):
        call_command("load_plan", FACTS, broken, if_empty=True)
    assert not Plan.objects.exists()


@pytest.mark.django_db
def test_demo_users_get_the_given_password_and_keep_theirs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "mot-mat-khau-du-dai")
    call_command("load_plan", FACTS, ILLUSTRATIVE, demo_users=True)
    assert "binhson" in capsys.readouterr().out
    users = {user.username: user for user in User.objects.all()}
    assert {user.role for user in users.values()} == {
        "unit",
        "board",
        "manager",
        "home_affairs",
        "school",
        "finance",
        "admin",
    }
    assert all(user.is_demo and user.check_password("mot-mat-khau-du-dai") for user in users.values())
    assert users["binhson"].unit == Unit.objects.get(key="huyen-uy-binh-son")
    users["binhson"].set_password("mật khẩu của riêng tôi")
    users["binhson"].save()
    monkeypatch.setenv("DEMO_PASSWORD", "mot-mat-khau-khac-han")
    call_command("load_plan", ILLUSTRATIVE, demo_users=True)
    assert User.objects.get(username="binhson").check_password("mật khẩu của riêng tôi")
    assert "Tài khoản đã có, giữ nguyên cùng mật khẩu: binhson, btc" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_random_password_is_long_and_printed_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    call_command("load_plan", FACTS, ILLUSTRATIVE, demo_users=True)
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("  btc "))
    password = line.split()[1]
    assert len(password) >= 14
    assert User.objects.get(username="btc").check_password(password)


@pytest.mark.django_db
def test_a_short_demo_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "ngan")
    with pytest.raises(CommandError, match="ít nhất 14 ký tự"):
        call_command("load_plan", FACTS, ILLUSTRATIVE, demo_users=True)


@pytest.mark.django_db
def test_demo_users_need_a_file_that_names_them() -> None:
    with pytest.raises(CommandError, match=r"Không thư mục nào có users\.csv"):
        call_command("load_plan", FACTS, demo_users=True)
