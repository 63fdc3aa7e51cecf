"""A backup is of one moment and comes back as it was, on either database."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import F, Sum
from django.utils import timezone

from budget.models import BudgetLine, EstimateLine
from quotas.models import Allocation, Person
from tests.budget.lines import add_class, make_norms, make_sources
from tests.cast import make_province
from tests.issuing import make_version
from tests.trainingplan.backup_cast import KEY, elsewhere, state_of
from tests.triggers import without_triggers
from trainingplan.backup import tables as known
from trainingplan.backup.filling import triggers
from trainingplan.backup.reading import verify
from trainingplan.backup.restoring import filled_tables, restore_backup
from trainingplan.backup.sealing import BackupRefused
from trainingplan.backup.snapshot import last_key
from trainingplan.backup.tables import Table
from trainingplan.backup.writing import write_backup
from trainingplan.models import Backup, Change, Job, JobFile, LogPart, LogSeal, User
from trainingplan.rules.names import fold, name_sort_key
from trainingplan.rules.seals import from_ranges
from trainingplan.services.backups import adopt_backups, make_backup, remove_old_backups
from trainingplan.services.changes import Entry, record
from trainingplan.services.seals import seal_log

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("Đỗ Thị Ẩn", "Đinh Văn Ích", "Ân Đức", "Nguyễn Thị Ái", "Nguyễn Văn Ơn", "Dương Ôn", "Ớ Ờ")
STRANGE = 'a"b\\n\\\nc\u2028\t–\'; DROP TABLE "x"; --'


@pytest.fixture
def everything(storage: Path) -> None:
    """Something of every kind of column: bytes, files, JSON, identifiers, sums that triggers keep, removed rows."""
    province = make_province()
    make_norms()
    add_class(province, make_sources()[0])
    leader = User.objects.create_user("leader", full_name="Lãnh đạo", role="manager")
    make_version(province.plan, submitted_by=province.hoa, issued_by=leader)
    for name in NAMES:
        Person.objects.create(unit=province.binh_son, full_name=name, sex="female")
    job = Job.objects.create(
        kind="x", title=STRANGE, params={"b": [1, None], "a": STRANGE}, asked_by=leader, asked_as="manager:",
        asked_at=timezone.now(), queued_at=timezone.now(),
    )  # fmt: skip
    file = JobFile(job=job, attempt=1, name="a.pdf", content_type="x", size=400_000, sha256="0" * 64)
    file.stored.save("a.pdf", ContentFile(b"\x00\xff" * 200_000), save=True)
    User.objects.create_user("gone", full_name="Đã xóa", role="admin").delete()
    record([Entry("plan", 1, STRANGE, "place", "", "x")], actor=leader, plan=province.plan)


def test_every_table_is_held_or_left_out_for_a_reason(empty: str) -> None:
    with connection.cursor() as cursor:
        assert set(known.LEFT_OUT) <= set(connection.introspection.table_names(cursor))
    assert known.unknown_tables("default") == []
    assert filled_tables(empty) == []


def test_it_comes_back_as_it_was_by_way_of_the_other_database(empty: str, everything: None, tmp_path: Path) -> None:
    before, highest = state_of("default"), last_key(Table(User), "default")
    there, back = tmp_path / "there.khdt", tmp_path / "back.khdt"
    write_backup(there, key=KEY)
    with elsewhere(empty, tmp_path) as other:
        restore_backup(there, key=KEY, using=other)
        ordered = list(Person.objects.using(other).order_by("name_sort").values_list("full_name", flat=True))
        assert ordered == sorted(NAMES, key=name_sort_key)
        assert Person.objects.using(other).get(name_search__contains=fold("đinh văn ích")).full_name == "Đinh Văn Ích"
        write_backup(back, key=KEY, using=other)
    stored = JobFile.objects.get().stored
    stored.storage.delete(stored.name)
    restored = restore_backup(back, key=KEY, using=empty)
    job = Job.objects.using(empty).get()
    assert (job.state, job.finished_at is not None) == ("cancelled", True)
    after = state_of(empty)
    assert {name for name in before if after[name] != before[name]} == {Job._meta.db_table}
    assert set(after) == set(before)
    assert list(Person.objects.using(empty).order_by("name_sort").values_list("full_name", flat=True)) == ordered
    with default_storage.open(stored.name) as file:
        assert file.read() == b"\x00\xff" * 200_000
    assert (restored.files_kept, last_key(Table(User), empty)) == (0, highest)
    assert User.objects.db_manager(empty).create_user("new", full_name="M", role="admin").pk == highest + 1
    assert triggers(empty) == triggers("default")
    with pytest.raises(DatabaseError, match="chỉ được ghi thêm"), transaction.atomic(using=empty):
        Change.objects.using(empty).update(field="khác")


def test_a_backup_under_load_is_of_one_moment(empty: str, tmp_path: Path) -> None:
    province = make_province()
    make_norms()
    line = add_class(province, make_sources()[0])
    places = Allocation.objects.aggregate(places=Sum("number"))["places"] or 0
    logged, over = Change.objects.count(), Event()

    def write(level: int) -> int:
        """One more place with its line in the log, and one more đồng for a class, as often as can be."""
        done = 0
        while not over.is_set() or not done:
            with transaction.atomic():
                Allocation.objects.filter(unit=province.binh_son).update(number=F("number") + 1)
                record([Entry("allocation", 1, "x", "number", "", "+1")], actor=province.hoa, plan=province.plan)
                EstimateLine.objects.filter(line=line).update(level=F("level") + level, amount=F("amount") + 20 * level)
            done += 1
        connection.close()
        return done

    if not Allocation.objects.filter(unit=province.binh_son).exists():
        Allocation.objects.create(
            unit=province.binh_son, quota=province.kv3, number=0, updated_at=timezone.now(), updated_by=province.hoa
        )
    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(write, level) for level in (1, 2, 3)]
        try:
            for number in range(2):
                write_backup(tmp_path / f"{number}.khdt", key=KEY)
        finally:
            over.set()
        assert all(writer.result() for writer in writers)
    for number in range(2):
        restore_backup(tmp_path / f"{number}.khdt", key=KEY, using=empty, replace=True)
        added = Allocation.objects.using(empty).aggregate(places=Sum("number"))["places"] - places
        assert added == Change.objects.using(empty).count() - logged
        costs = EstimateLine.objects.using(empty).filter(line=line.pk).aggregate(amount=Sum("amount"))["amount"]
        assert BudgetLine.objects.using(empty).get(pk=line.pk).amount == costs


def test_a_file_that_was_cleared_away_meanwhile_is_named(everything: None, tmp_path: Path) -> None:
    name = JobFile.objects.get().stored.name
    default_storage.delete(name)
    summary = write_backup(tmp_path / "a.khdt", key=KEY)
    assert summary.missing == [name] == verify(tmp_path / "a.khdt", KEY).summary.missing


def test_backups_are_kept_on_record_and_old_ones_cleared_away(tmp_path: Path, settings: Any) -> None:
    settings.BACKUP_DIR, settings.BACKUP_KEEP = str(tmp_path / "kept"), 2
    for number in range(4):
        made = make_backup(actor=None, key=KEY)
        (tmp_path / "kept" / made.name).rename(tmp_path / "kept" / f"{number}.khdt")
        Backup.objects.filter(pk=made.pk).update(
            name=f"{number}.khdt", made_at=timezone.now() - timedelta(days=100 - number)
        )
    dead, alive = (tmp_path / "kept" / f".{name}.khdt-x.part" for name in ("dead", "alive"))
    dead.touch()
    alive.touch()
    os.utime(dead, (0, 0))
    assert remove_old_backups(actor=None) == 2
    assert (dead.exists(), alive.exists()) == (False, True)
    alive.unlink()
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["2.khdt", "3.khdt"]
    assert Backup.objects.filter(removed_at=None).count() == 2
    with pytest.raises(BackupRefused, match="Không ghi được"):
        make_backup(actor=None, key=KEY, target=tmp_path / "no" / "folder.khdt")
    assert [backup.ok for backup in Backup.objects.all()] == [False, True, True, True, True]
    assert Change.objects.filter(table="backup").count() == 7


def test_a_file_whose_writer_died_before_its_row_is_put_on_the_record(tmp_path: Path, settings: Any) -> None:
    settings.BACKUP_DIR = str(tmp_path / "kept")
    made = make_backup(actor=None, key=KEY)
    lost = tmp_path / "kept" / "sao-luu-20260101-000000.khdt"
    new, foreign = lost.with_stem("sao-luu-new"), lost.with_stem("sao-luu-foreign")
    (tmp_path / "kept" / made.name).rename(lost)
    new.write_bytes(lost.read_bytes())
    foreign.write_bytes(b"x")
    for path in (lost, foreign):
        os.utime(path, (0, 0))
    assert [adopt_backups(key=KEY) for _ in "12"] == [1, 0]
    adopted = Backup.objects.get(name=lost.name)
    same = ("ok", "rows", "files", "size", "sha256", "encrypted")
    assert [getattr(adopted, name) for name in same] == [getattr(made, name) for name in same]
    assert abs(adopted.made_at - made.made_at) < timedelta(minutes=1)
    old = timezone.now() - timedelta(days=99)
    Backup.objects.filter(pk=adopted.pk).update(made_at=old)
    make_backup(actor=None, key=KEY)
    Backup.objects.filter(pk=adopted.pk).update(id=adopted.pk + 9)  # on record after the newest
    settings.BACKUP_KEEP = 1
    assert remove_old_backups(actor=None) == 1
    assert not lost.exists()


def test_a_backup_carries_the_head_of_the_log_and_shows_a_tail_that_was_cut(
    tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.BACKUP_KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s"
    province = make_province()
    for place in "ab":
        record([Entry("plan", 1, "kế hoạch", "place", "", place)], actor=province.hoa, plan=province.plan)
        seal_log()
    write_backup(tmp_path / "a.khdt", key=KEY)
    call_command("verify_log", backup=[tmp_path / "a.khdt"])
    last = LogSeal.objects.order_by("position").last()
    assert last is not None
    call_command("restore", tmp_path / "a.khdt", check_only=True)
    told = capsys.readouterr().out
    assert f"{last.position}:{last.digest}" in told
    assert re.search(r"nguyên vẹn: lúc \d\d:\d\d:\d\d, \d\d/\d\d/\d{4}, ", told)
    with without_triggers(connection):
        LogSeal.objects.filter(pk=last.pk).delete()
        keys = [key for first, end in from_ranges(last.part.rows) for key in range(first, end + 1)]
        last.part.delete()
        Change.objects.filter(pk__in=keys).delete()
        connection.check_constraints()  # PostgreSQL alters no table while checks are pending
    call_command("verify_log")  # what is left is whole in itself
    with pytest.raises(SystemExit):
        call_command("verify_log", backup=[tmp_path / "a.khdt"])
    assert "Bản sao lưu a.khdt ghi mắt xích" in capsys.readouterr().out


def test_without_a_key_nothing_is_written(tmp_path: Path, settings: Any) -> None:
    settings.BACKUP_KEY = ""
    with pytest.raises(CommandError, match=r"Chưa đặt BACKUP_KEY.*--plain"):
        call_command("backup", tmp_path / "a.khdt")
    assert list(tmp_path.iterdir()) == []


def test_one_command_moves_everything(
    empty: str, everything: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BACKUP_DIR = str(tmp_path / "kept")
    monkeypatch.setenv("MEDIA_ROOT", settings.MEDIA_ROOT)
    call_command("move_database", to=address_of(empty))
    here, there = state_of("default"), state_of(empty)
    differing = {name for name in there if there[name] != here.get(name)}
    written = {model._meta.db_table for model in (Job, Change, LogPart)}
    assert written <= differing <= written | {LogSeal._meta.db_table}  # the chain grows when it is its time
    assert Change.objects.using(empty).count() == Change.objects.count() + 1
    assert list((tmp_path / "kept").iterdir()) == []
    with pytest.raises(CommandError, match="đã có dữ liệu"):
        call_command("move_database", to=address_of(empty))


def address_of(alias: str) -> str:
    """The DATABASE_URL of a connection of ours."""
    told = connections[alias].settings_dict
    connections[alias].close()
    if connections[alias].vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    return f"postgresql:///{told['HOST']}/{told['NAME']}"
