"""Copies of a plan's folder to spoil, and how a spoilt one is refused."""

import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def copy(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to / folder.name))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(*folders: Path) -> str:
    with pytest.raises(CommandError) as refused:
        call_command("load_plan", *folders)
    return str(refused.value)
