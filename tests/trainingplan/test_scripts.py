"""What the scripts of a first start do when somebody breaks them off; the programs that they call are stood in for."""

import hashlib
import os
import shutil
import subprocess
import sys
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

PROGRAM = "#!/bin/bash\n"


def program(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PROGRAM + "\n".join(lines), encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def copy(project: Path, tmp_path: Path) -> Path:
    """A folder with the scripts, in which all Debian packages and the libraries of `run` seem to be there."""
    shutil.copytree(project / "script", tmp_path / "script")
    for kind in ("run", "dev"):
        (tmp_path / "requirements" / f"{kind}.txt").parent.mkdir(exist_ok=True)
        (tmp_path / "requirements" / f"{kind}.txt").touch()
    program(tmp_path / "bin" / "dpkg-query", "echo installed")
    program(tmp_path / ".venv" / "bin" / "python", "true")
    stamp = hashlib.sha256(f"{tmp_path}\n".encode()).hexdigest()[:16]
    (tmp_path / ".venv" / f"run-{stamp}").touch()
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - programs of this test
        command, cwd=folder, env=environment(folder),
        capture_output=True, text=True, check=False, start_new_session=True,
    )  # fmt: skip


def test_setup_that_is_broken_off_says_one_sentence_and_holds_nothing_for_installed(copy: Path) -> None:
    interrupted = 'if [[ ${2-} == pip ]]; then echo "Traceback (most recent call last)" >&2; kill -INT 0; fi'
    program(copy / ".venv" / "bin" / "python", interrupted)
    done = run(copy, "script/setup", "--dev")
    assert done.returncode == 130
    assert done.stderr.strip() == "Đã dừng giữa chừng. Chạy lại lúc nào cũng được: phần chưa xong được làm lại."
    assert not list((copy / ".venv").glob("dev-*"))


def test_what_a_program_of_setup_fails_with_is_shown_before_the_remedy(copy: Path) -> None:
    program(copy / ".venv" / "bin" / "python", 'if [[ ${2-} == pip ]]; then echo "no route" >&2; exit 1; fi')
    done = run(copy, "script/setup", "--dev")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "no route"
    assert "Không cài được thư viện." in done.stderr


def test_a_second_setup_waits_for_the_first_and_says_so(copy: Path) -> None:
    program(copy / ".venv" / "bin" / "python", "mkdir -p exports/2024.part")
    with (copy / "script" / "setup").open() as first:
        flock(first, LOCK_EX)
        second = subprocess.Popen(  # noqa: S603 - our own script
            [copy / "script" / "setup"], cwd=copy, env=environment(copy), stdout=subprocess.PIPE, text=True
        )
        assert second.stdout
        assert "chờ nó xong" in second.stdout.readline()
        assert second.poll() is None
    assert "Sẵn sàng" in second.communicate(timeout=60)[0]
    assert second.returncode == 0


def test_ctrl_c_while_a_command_is_being_imported_ends_it_without_a_traceback(project: Path) -> None:
    code = (
        "import signal, manage; print(signal.getsignal(signal.SIGINT) is signal.SIG_DFL); "
        "manage.told(lambda: print(signal.getsignal(signal.SIGINT) is signal.default_int_handler))"
    )
    assert run(project, sys.executable, "-c", code).stdout == "True\nTrue\n"
