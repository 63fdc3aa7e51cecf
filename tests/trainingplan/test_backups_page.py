"""The page of backups: one now, as a job; the file for administrators who have just signed in."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Province, make_user
from tests.trainingplan.backup_cast import KEY
from trainingplan.backup.reading import verify
from trainingplan.models import Backup, Job, Role
from trainingplan.services.backups import OVERDUE, make_overdue_backup

KEY_TEXT = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s"
"""KEY, as BACKUP_KEY has it."""


@pytest.fixture
def administrator(settings: Any, tmp_path: Path) -> Client:
    settings.BACKUP_DIR, settings.BACKUP_KEY = str(tmp_path / "sao-luu"), KEY_TEXT
    client = Client()
    client.force_login(make_user("root", "Quản trị", Role.ADMIN))
    return client


@pytest.mark.django_db(transaction=True)
def test_an_administrator_makes_a_backup_and_fetches_it(
    province: Province, administrator: Client, storage: Path, tmp_path: Path, settings: Any
) -> None:
    assert "Chưa có bản sao lưu nào" in administrator.get("/sao-luu/").content.decode()
    assert administrator.post("/sao-luu/ngay/").headers["Location"] == "/sao-luu/"
    job = Job.objects.get()
    assert (job.state, job.links) == ("done", [{"url": "/sao-luu/", "words": "Đến danh sách bản sao lưu"}])
    backup = Backup.objects.get()
    assert (backup.ok, str(backup.made_by), (tmp_path / "sao-luu").stat().st_mode & 0o077) == (True, "Quản trị", 0)
    page = administrator.get("/sao-luu/").content.decode()
    assert f"/sao-luu/{backup.pk}/tep/" in page
    assert "Chưa có bản sao lưu nào" not in page
    reply: Any = administrator.get(f"/sao-luu/{backup.pk}/tep/")
    (tmp_path / "fetched.khdt").write_bytes(b"".join(reply.streaming_content))
    assert "no-store" in reply.headers["Cache-Control"]
    assert verify(tmp_path / "fetched.khdt", KEY).summary.rows == backup.rows
    settings.RECENT_MINUTES = -1
    assert b'type="password"' in administrator.get(f"/sao-luu/{backup.pk}/tep/").content
    Backup.objects.update(encrypted=False)
    assert "chỉ lấy trên máy chủ" in administrator.get("/sao-luu/").content.decode()


@pytest.mark.django_db
def test_a_backup_that_failed_says_why_and_without_a_key_none_is_asked_for(
    administrator: Client, settings: Any
) -> None:
    Backup.objects.create(made_at=timezone.now(), ok=False, machine="x", words="Đĩa đầy.")
    assert "Đĩa đầy." in administrator.get("/sao-luu/").content.decode()
    settings.BACKUP_KEY = ""
    page = administrator.get("/sao-luu/").content.decode()
    assert "Chưa đặt BACKUP_KEY" in page
    assert "Sao lưu ngay" not in page
    assert administrator.post("/sao-luu/ngay/").headers["Location"] == "/sao-luu/"
    assert not Job.objects.exists()
    make_overdue_backup()
    assert Backup.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_worker_makes_one_when_none_is_a_day_old(administrator: Client, storage: Path) -> None:
    make_overdue_backup()
    make_overdue_backup()
    assert [backup.ok for backup in Backup.objects.all()] == [True]
    Backup.objects.update(made_at=timezone.now() - OVERDUE)
    make_overdue_backup()
    assert Backup.objects.count() == 2
