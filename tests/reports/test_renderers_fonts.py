"""The font's check: complete on this machine, and loud where a font lacks letters."""

import shutil
import string
import unicodedata
from collections.abc import Callable, Iterator

import pytest
from django.core.checks import run_checks
from django.core.checks.registry import registry

from reports.checks_system import check_document_fonts
from reports.renderers import fonts
from reports.renderers.fonts import VIETNAMESE_LETTERS, Font, document_fonts

COMPLETE = "20-7e a0-17f 1a0-1b0 1ea0-1ef9"
BEFORE_2008 = "20-7e a0-17f"


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Pretend that fontconfig picks a certain family with a certain set of letters."""

    def pretend(family: str, charset: str) -> None:
        face = Font(family, "Regular", "/x.ttf", fonts._letters(charset))  # noqa: SLF001
        monkeypatch.setattr(fonts, "_match", lambda _program, _pattern: face)
        document_fonts.cache_clear()

    yield pretend
    document_fonts.cache_clear()


def test_there_are_146_letters() -> None:
    assert len(VIETNAMESE_LETTERS) == 146
    assert {len(letter) for letter in VIETNAMESE_LETTERS} == {1}
    assert {unicodedata.normalize("NFC", letter) for letter in VIETNAMESE_LETTERS} == VIETNAMESE_LETTERS
    assert len(VIETNAMESE_LETTERS - set(string.ascii_letters)) == 134
    assert set("ậẵểỗợữỵđĐƯ") <= VIETNAMESE_LETTERS


def test_this_machine_prints_vietnamese() -> None:
    assert [len(font.missing_letters) for font in document_fonts()] == [0, 0, 0, 0]
    assert run_checks(tags=["fonts"]) == []


def test_check_is_registered() -> None:
    assert check_document_fonts in registry.get_checks()


def test_missing_letters_are_named(machine: Callable[[str, str], None]) -> None:
    machine("Liberation Serif", BEFORE_2008)
    messages = check_document_fonts(None)
    assert {message.id for message in messages} == {"reports.W003"}
    assert "thiếu 94 chữ" in str(messages[0].msg)
    assert "ậ" in str(messages[0].msg)


def test_another_family_is_reported(machine: Callable[[str, str], None]) -> None:
    machine("DejaVu Serif", COMPLETE)
    assert {message.id for message in check_document_fonts(None)} == {"reports.W002"}


def test_complete_font_passes(machine: Callable[[str, str], None]) -> None:
    machine("Times New Roman", COMPLETE)
    assert check_document_fonts(None) == []


def test_a_machine_without_fontconfig_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    document_fonts.cache_clear()
    assert [message.id for message in check_document_fonts(None)] == ["reports.W001"]
