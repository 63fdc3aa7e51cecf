"""Probes, the log's lines, the number of a fault."""

import json
import logging
import os
from collections.abc import Iterator
from io import StringIO
from tempfile import TemporaryFile
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, IntegrityError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.cast import PASSWORD, Province
from trainingplan import readiness
from trainingplan.logs import FORMATS, JournalHandler, fault, logging_settings, one_line, request_id
from trainingplan.models import AccessRefusal, Backup, Chore, Job
from trainingplan.services.backups import OVERDUE
from trainingplan.services.changes import Entry, record
from trainingplan.services.seals import log_head, seal_log, tell_head
from trainingplan.serving import NumberAndLog

pytestmark = pytest.mark.django_db
FORGED = "x\r\n2026-01-01 ERROR root - đã xóa\u2028\x1b[31m"


@pytest.fixture(params=sorted(FORMATS))
def log(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """What the root logger writes in that format."""
    handler = logging.StreamHandler(StringIO())
    handler.setFormatter(FORMATS[request.param]())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler.stream
    root.removeHandler(handler)
    root.setLevel(level)


def lines(log: StringIO) -> list[str]:
    return [line for line in log.getvalue().split("\n") if line]


def test_nothing_that_is_typed_begins_a_line_or_is_logged_at_all(log: StringIO, province: Province) -> None:
    client = Client(raise_request_exception=False, headers={"X-Request-ID": FORGED, "Referer": FORGED})
    client.post("/dang-nhap/", {"username": FORGED, "password": "bí mật của tôi"})
    client.get("/dang-nhap/?next=" + "Nguyễn Văn Nam")
    client.get("/khong-co/%0AERROR%20forged%E2%80%A8")
    client.get("/2024/tim-kiem/", {"q": "Nguyễn Văn Nam"})
    client.generic(FORGED.split("\r", maxsplit=1)[0] + "\n", "/")
    text = log.getvalue()
    for line in lines(log):
        assert line.startswith(("{", "20")), line
        assert line.isprintable(), line
    for private in ("bí mật", "Nguyễn Văn Nam", "đã xóa", "q=", "next=", "khong-co", "forged"):
        assert private not in text
    assert text.count("answered") == 5


def test_an_answer_to_head_has_the_length_of_the_page_and_no_body() -> None:
    """Django's test client would drop the body itself."""
    reply = NumberAndLog(lambda _: HttpResponse("trang"))(RequestFactory().head("/"))
    assert (reply.content, reply["Content-Length"]) == (b"", "5")


def test_signs_of_formatting_in_what_is_typed_break_no_line(
    log: StringIO, province: Province, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Client(headers={"Host": "a%s%d"}).get("/").status_code == 400
    assert log.getvalue().count("Invalid HTTP_HOST") == 1
    assert "Logging error" not in capsys.readouterr().err


def test_a_line_of_json_is_one_object(province: Province) -> None:
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "a %s", (FORGED,), None)
    told = json.loads(FORMATS["json"]().format(record))
    assert told["message"] == "a x\\u000d\\u000a2026-01-01 ERROR root - đã xóa\\u2028\\u001b[31m"
    assert one_line("Nguyễn Thị Ái") == "Nguyễn Thị Ái"
    with pytest.raises(KeyError):
        logging_settings("xml", "INFO")


def test_the_journal_is_told_how_grave_a_line_is_and_a_terminal_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    settings: Any = logging_settings("line", "INFO")
    assert settings["handlers"]["console"]["class"] == "logging.StreamHandler"
    with TemporaryFile("w+") as stream:
        told = os.fstat(stream.fileno())
        monkeypatch.setattr("sys.stderr", stream)
        monkeypatch.setenv("JOURNAL_STREAM", f"{told.st_dev}:{told.st_ino}")
        settings = logging_settings("line", "INFO")
    assert settings["handlers"]["console"]["class"] == "trainingplan.logs.JournalHandler"
    records = [logging.LogRecord("x", level, "f", 1, "a", (), None) for level in (10, 20, 30, 40, 50)]
    assert [JournalHandler().format(record) for record in records] == ["<7>a", "<6>a", "<4>a", "<3>a", "<2>a"]


def test_the_head_of_the_change_log_is_told_to_the_log_at_every_level(log: StringIO, province: Province) -> None:
    loggers: Any = logging_settings("json", "WARNING")["loggers"]
    assert loggers["trainingplan.log_head"] == {"level": "INFO"}
    tell_head()
    record([Entry("plan", 1, "kế hoạch", "place", "", "x")], actor=province.hoa, plan=province.plan)
    seal_log()
    tell_head()
    [line] = lines(log)
    assert (head := log_head()) is not None
    assert f"{head.position}:{head.digest}" in line


def broken(_: object = None) -> None:
    raise ValueError("Nguyễn Văn Nam")


def test_of_a_fault_the_kind_and_the_place_are_told_and_no_value_of_a_row() -> None:
    told: list[str] = []
    try:
        broken()
    except ValueError as error:
        later = IntegrityError("DETAIL: Key (username)=(nam)").with_traceback(error.__traceback__)
        later.__cause__ = error
        told = fault(later)
    assert [line.partition(" at ")[0] for line in told] == ["django.db.utils.IntegrityError", "builtins.ValueError"]
    assert "test_serving.py" in told[0]
    assert "No space left" in fault(OSError(28, "No space left"))[0]
    assert "SECRET_KEY" in fault(ImproperlyConfigured("SECRET_KEY"))[0]


def test_the_page_of_a_fault_shows_the_number_that_the_log_tells(
    log: StringIO, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(province.hoa)
    monkeypatch.setattr("trainingplan.views.home.plan_steps", broken)
    reply = client.get("/2024/viec-cua-toi/", headers={"X-Request-ID": "0123456789abcdef"})
    assert reply.status_code == 500
    assert "Mã lỗi: <code>0123456789abcdef</code>" in reply.content.decode()
    assert reply.headers["X-Request-ID"] == "0123456789abcdef"
    [line] = [line for line in lines(log) if "Internal Server Error" in line]
    assert "0123456789abcdef" in line
    assert "ValueError" in line
    assert "Nguyễn" not in line
    assert request_id.get() == ""


def probe(address: str = "127.0.0.1", **headers: str) -> tuple[int, dict[str, Any]]:
    reply = Client().get("/readyz", REMOTE_ADDR=address, headers=headers)
    return reply.status_code, reply.json()


def test_the_probe_of_life_asks_nothing(settings: Any, django_assert_num_queries: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["ke-hoach.example.vn"]
    with django_assert_num_queries(0):
        reply = Client().get("/healthz")
    assert reply.json() == {"ok": True}
    assert (reply.headers["Cache-Control"], reply.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]


def test_ready_says_in_words_what_is_missing(province: Province, settings: Any, storage: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    status, told = probe()
    assert (status, told["ok"]) == (200, True)
    assert told["attention"] == ["Chương trình chạy nền không chạy: manage.py work.", "Chưa có bản sao lưu nào."]
    now = timezone.now()
    Chore.objects.create(name="x", due_at=now)
    Backup.objects.create(made_at=now, ok=True, machine="x")
    assert probe()[1]["attention"] == []
    long_ago = now - 7 * OVERDUE
    Chore.objects.update(due_at=long_ago)
    Backup.objects.update(made_at=long_ago)
    Job.objects.create(kind="x", title="x", asked_by=province.hoa, asked_as="x", asked_at=long_ago, queued_at=long_ago)
    status, told = probe()
    assert status == 200
    assert [name for name, found in told["checks"].items() if not found["ok"]] == ["worker", "jobs", "backup"]
    settings.LEAST_FREE_MB = 10**9
    assert (probe()[0], probe()[1]["checks"]["disk"]["ok"]) == (503, False)
    assert not AccessRefusal.objects.exists()


def test_ready_notices_a_database_of_another_version_and_one_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "applied_migrations", lambda _using: [])
    status, told = probe()
    assert (status, told["checks"]["migrations"]["ok"]) == (503, False)

    def away() -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", away)
    monkeypatch.setattr(connection, "close", lambda: None)
    status, told = probe()
    assert (status, told["checks"]["database"]["words"]) == (503, "Không kết nối được cơ sở dữ liệu.")


def test_details_are_for_the_machine_itself_and_for_who_has_the_token(settings: Any, storage: Any) -> None:
    settings.PROBE_TOKEN = "mã dài".encode().hex()
    assert probe("10.0.0.9")[1] == {"ok": True}
    assert probe("127.0.0.1", **{"X-Forwarded-For": "10.0.0.9"})[1] == {"ok": True}
    assert probe("10.0.0.9", **{"X-Probe-Token": "sai"})[1] == {"ok": True}
    assert "checks" in probe("10.0.0.9", **{"X-Probe-Token": settings.PROBE_TOKEN})[1]
    settings.PROBE_TOKEN = ""
    assert probe("10.0.0.9", **{"X-Probe-Token": ""})[1] == {"ok": True}


def test_who_is_signed_in_is_told_by_key(log: StringIO, province: Province) -> None:
    client = Client()
    client.force_login(province.alice)
    client.get("/2024/dang-ky/huyen-uy-binh-son/")
    [line] = [line for line in lines(log) if "answered" in line]
    assert "huyen-uy-binh-son" not in line
    assert str(province.alice.pk) in line
    assert PASSWORD not in line
