"""A start that would leave the site open is refused with its remedy, one for each reason; a proper one is silent."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from tests.cast import Province
from trainingplan import safe_start
from trainingplan.models import User

KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture
def proper(settings: Any, tmp_path: Path) -> Any:
    """A public site as it should be."""
    settings.HTTPS, settings.DEBUG, settings.SECRET_KEY = True, False, KEY
    settings.ALLOWED_HOSTS, settings.BACKUP_KEY = ["ke-hoach.example.vn"], KEY
    settings.VAR_DIR = settings.BASE_DIR = tmp_path / "var"
    settings.BACKUP_DIR = str(tmp_path / "var" / "sao-luu")
    settings.VAR_DIR.mkdir(mode=0o700)
    return settings


def test_a_proper_site_starts(proper: Any) -> None:
    assert list(safe_start.problems_of_settings()) == []
    assert safe_start.check_start() == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"DEBUG": True}, "DEBUG đang bật"),
        ({"SECRET_KEY": "django-insecure-" + KEY}, "SECRET_KEY ngắn"),
        ({"SECRET_KEY": "changeme"}, "SECRET_KEY ngắn"),
        ({"SECRET_KEY": "ab" * 40}, "SECRET_KEY ngắn"),
        ({"SECRET_KEY": KEY[:49]}, "SECRET_KEY ngắn"),
        ({"ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS là «*»"),
        ({"HTTPS": False}, "không có HTTPS"),
        ({"HTTPS": False, "ALLOWED_HOSTS": ["localhost", "10.0.0.5"]}, "không có HTTPS"),
    ],
)
def test_each_unsafe_setting_is_named_with_its_remedy(proper: Any, change: dict[str, Any], words: str) -> None:
    for name, value in change.items():
        setattr(proper, name, value)
    assert [wrong for wrong, _ in safe_start.problems_of_settings() if words in wrong]
    [error] = [error for error in safe_start.check_start() if words in error.msg]
    assert error.hint


@pytest.mark.parametrize("name", ["var", "var/.env", "var/sao-luu"])
def test_secrets_that_everybody_may_read_are_named(proper: Any, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith(".env"):
        path.touch()
    path.mkdir(exist_ok=True) if not path.is_file() else None
    path.chmod(0o750)
    assert list(safe_start.problems_of_settings()) == []
    path.chmod(0o755)
    [(wrong, remedy)] = safe_start.problems_of_settings()
    assert str(path) in wrong
    assert remedy == f"Hãy chạy: chmod o-rwx {path}"


def test_the_own_machine_needs_none_of_it(settings: Any) -> None:
    settings.HTTPS, settings.DEBUG, settings.SECRET_KEY = False, True, "x"
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    assert list(safe_start.problems_of_settings()) == []


@pytest.mark.django_db
def test_open_demonstration_accounts_keep_a_public_site_down(
    proper: Any, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "close_all", lambda: None)
    safe_start.refuse_unsafe_start()
    User.objects.filter(pk=province.alice.pk).update(is_demo=True)
    with pytest.raises(ImproperlyConfigured, match=r"(?s)tài khoản minh họa.*demo_logins --lock"):
        safe_start.refuse_unsafe_start()
    assert [error.id for error in safe_start.check_accounts(databases=["default"])] == ["trainingplan.E003"]
    assert safe_start.check_accounts(databases=None) == []
    User.objects.update(is_active=False)
    safe_start.refuse_unsafe_start()


def test_without_a_key_for_backups_there_is_a_warning_and_with_a_wrong_one_an_error(proper: Any) -> None:
    proper.BACKUP_KEY = ""
    [warning] = safe_start.check_start()
    assert isinstance(warning, CheckWarning)
    proper.BACKUP_KEY = "ngắn"
    assert [error.id for error in safe_start.check_start()] == ["trainingplan.E002"]


def test_the_server_itself_does_not_come_up(project: Path, tmp_path: Path) -> None:
    unsafe = {"ALLOWED_HOSTS": "ke-hoach.example.vn", "HTTPS": "off", "DEBUG": "off", "SECRET_KEY": "changeme"}
    database = {"DATABASE_URL": f"sqlite:///{tmp_path / 'none.sqlite3'}"}
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"],
        cwd=project, env=os.environ | unsafe | database | {"GUNICORN_BIND": "127.0.0.1:0"},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == os.EX_CONFIG
    assert "Traceback" not in done.stderr
    assert "SECRET_KEY ngắn" in done.stderr
    assert "không có HTTPS" in done.stderr
    assert "Listening" not in done.stderr
