"""What the machine refuses – a database, a disk, a file – is said in words with a remedy; nothing is left half done."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command, load_command_class
from django.db import InterfaceError, OperationalError, ProgrammingError, connections
from django.test import Client

from reports.exports import put_in_place
from tests.cast import Province
from trainingplan import console
from trainingplan.rules.machine_faults import is_full, of_storage
from trainingplan.settings import shared_storage
from trainingplan.storage import WholeFileStorage

FULL = OSError(errno.ENOSPC, "No space left on device", "/x/kế hoạch.khdt")


class PostgresqlError(Exception):
    """As the driver raises it."""

    def __init__(self, pgcode: str | None) -> None:
        self.pgcode = pgcode


def caused(pgcode: str | None) -> ProgrammingError:
    error = ProgrammingError("in English")
    error.__cause__ = PostgresqlError(pgcode)
    return error


@pytest.mark.parametrize(
    ("vendor", "error", "words"),
    [
        ("sqlite", FULL, "«/x/kế hoạch.khdt»: đĩa đã đầy. Hãy"),
        ("sqlite", PermissionError(errno.EACCES, "Permission denied"), "Không có quyền. Hãy"),
        ("sqlite", OSError(errno.EIO, "Input/output error"), "(Input/output error). Hãy"),
        ("sqlite", ImproperlyConfigured("Chưa có SECRET_KEY."), "Chưa có SECRET_KEY."),
        ("sqlite", ImproperlyConfigured("Set the X variable."), "Cấu hình chưa đúng: Set the X variable. Hãy"),
        ("sqlite", OperationalError("unable to open database file"), console.SQLITE_AWAY),
        ("sqlite", OperationalError("no such table: x"), console.NO_TABLES),
        ("sqlite", OperationalError("database is locked"), console.BUSY),
        ("sqlite", OperationalError("database or disk is full"), console.NO_ROOM),
        ("sqlite", OperationalError("file is not a database"), console.NO_DATABASE_FILE),
        ("postgresql", caused(None), console.DATABASE_AWAY),
        ("postgresql", caused("42P01"), console.NO_TABLES),
        ("postgresql", caused("42501"), console.NO_RIGHT),
        ("postgresql", caused("53100"), console.NO_ROOM),
    ],
)
def test_each_thing_in_the_way_of_a_command_is_told_with_its_remedy(
    vendor: str, error: Any, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "connection", SimpleNamespace(vendor=vendor))
    assert words in console.words_of(error)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, console.STOPPED),
        (FULL, 1, "đĩa đã đầy"),
        (ImproperlyConfigured("Không khởi động vì không an toàn"), os.EX_CONFIG, "không an toàn"),
    ],
)
def test_it_ends_with_a_code_and_one_sentence(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def main() -> None:
        raise error

    with pytest.raises(SystemExit) as end:
        console.told(main)
    told = capsys.readouterr().err
    assert (end.value.code, told.count("\n")) == (code, 1)
    assert words in told


def test_an_export_that_does_not_fit_leaves_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").mkdir()  # stands in the way at the last step
    with pytest.raises(OSError, match=r"a\.xlsx"):
        put_in_place(tmp_path / "a.xlsx", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_command_without_its_database_shows_no_traceback(project: Path) -> None:
    away = os.environ | {"DATABASE_URL": "postgresql://x@127.0.0.1:1/x", "SECRET_KEY": "x" * 50}
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_log"], cwd=project, env=away, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith(console.DATABASE_AWAY)
    assert "Traceback" not in done.stderr


def test_what_a_command_refuses_stands_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    command = load_command_class("trainingplan", "load_plan")
    with pytest.raises(SystemExit) as end:
        command.run_from_argv(["manage.py", "load_plan", "/khong-co", "--skip-checks", "--no-color"])
    assert (end.value.code, capsys.readouterr().err) == (1, "Không có thư mục /khong-co.\n")
    with pytest.raises(CommandError, match="Không có thư mục"):
        call_command("load_plan", "/khong-co")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DATABASE_URL", "nonsense", "DATABASE_URL không đúng"),
        ("BACKUP_KEEP", "abc", "BACKUP_KEEP phải là số nguyên, đang là «abc»"),
        ("HTTPS", "maybe", "HTTPS chỉ nhận on (bật) hoặc off (tắt), đang là «maybe»"),
        ("DEBUG", "0n", "DEBUG chỉ nhận on (bật) hoặc off (tắt), đang là «0n»"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_words(project: Path, name: str, value: str, words: str) -> None:
    wrong = os.environ | {"SECRET_KEY": "x" * 50, name: value}
    done = subprocess.run(
        [sys.executable, "-c", "import trainingplan.settings"],
        cwd=project,
        env=wrong,
        capture_output=True,
        text=True,
        check=False,
    )
    assert words in done.stderr


def test_a_store_of_objects_that_is_silent_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before gunicorn ends the process after 120 seconds, which would end the request without a word."""
    monkeypatch.setenv("STORAGE_BUCKET", "kho")
    monkeypatch.setenv("STORAGE_URL", "http://kho.example.vn")
    config = shared_storage()["OPTIONS"]["client_config"]
    assert config.retries["total_max_attempts"] * (config.connect_timeout + config.read_timeout) < 60
    assert config.s3 == {"addressing_style": "path"}


@pytest.mark.django_db
def test_a_worker_is_held_to_what_a_server_is_held_to(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "close_all", lambda: None)
    settings.ALLOWED_HOSTS = ["*"]
    with pytest.raises(ImproperlyConfigured, match="ALLOWED_HOSTS là «\\*»"):
        call_command("work", once=True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OperationalError("server closed the connection"), "Việc vừa làm có thể chưa được ghi"),
        (InterfaceError("connection already closed"), "Cơ sở dữ liệu đang khởi động lại"),
        (OperationalError("database or disk is full"), "Đĩa chứa cơ sở dữ liệu đã đầy"),
        (FULL, "Đĩa của máy chủ đã đầy"),
    ],
)
def test_what_passes_by_itself_is_a_pause_and_not_a_fault_of_the_program(
    error: Exception, words: str, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise error

    client = Client(raise_request_exception=False)
    client.force_login(province.hoa)
    monkeypatch.setattr("trainingplan.views.home.plan_steps", broken)
    reply = client.get("/2024/viec-cua-toi/")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "10")
    assert words in reply.content.decode()
    assert reply.headers["X-Request-ID"] in reply.content.decode()


def test_only_faults_of_disks_and_of_stores_are_told_as_such() -> None:
    remote = type("EndpointConnectionError", (Exception,), {"__module__": "botocore.exceptions"})
    assert "Kho tệp không trả lời" in of_storage(remote())
    assert "không đọc hoặc ghi được tệp" in of_storage(PermissionError(errno.EACCES, "x"))
    assert [is_full(error) for error in (caused("53100"), caused("42P01"), FULL, None)] == [True, False, False, False]
    assert [of_storage(error) for error in (None, ValueError("x"), OSError("no number"))] == ["", "", ""]


class Overflowing(ContentFile[bytes]):
    """The disk is full after its first half."""

    def chunks(self, _size: int | None = None) -> Iterator[bytes]:
        yield b"half"
        raise FULL


def test_of_a_file_that_does_not_fit_nothing_stays_behind(tmp_path: Path) -> None:
    store = WholeFileStorage(location=tmp_path)
    with pytest.raises(OSError, match="No space"):
        store.save("a/b.txt", Overflowing(b""))
    assert list((tmp_path / "a").iterdir()) == []
    assert store.save("a/b.txt", ContentFile(b"1")) == "a/b.txt"
    store.save("a/b.txt", ContentFile(b"2"))
    assert sorted(path.read_bytes() for path in (tmp_path / "a").iterdir()) == [b"1", b"2"]


def test_a_file_and_its_folder_are_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    WholeFileStorage(location=tmp_path).save("a/b.txt", ContentFile(b"1"))
    assert synced == [(tmp_path / "a" / "b.txt").stat().st_ino, (tmp_path / "a").stat().st_ino]


def test_who_comes_second_to_a_name_takes_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = WholeFileStorage(location=tmp_path)
    store.save("a.txt", ContentFile(b"1"))
    names = iter(["a.txt", "a-2.txt"])
    monkeypatch.setattr(store, "get_available_name", lambda *_args, **_named: next(names))
    assert store.save("a.txt", ContentFile(b"2")) == "a-2.txt"
    assert (tmp_path / "a.txt").read_bytes() == b"1"
