"""An unchanged document is rendered once; whatever it says differently is another file."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.core.cache.backends.db import DatabaseCache

from reports import rendered
from reports.document import Document
from reports.exports import Format
from reports.rendered import render_once, render_whole_once
from tests.reports.printed_samples import MARK, budget

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Document, Format]]:
    """What was really rendered."""
    calls: list[tuple[Document, Format]] = []

    def render(document: Document, fmt: Format) -> bytes:
        calls.append((document, fmt))
        return f"{document.mark} {fmt} {len(calls)}".encode()

    monkeypatch.setattr(rendered, "render", render)
    return calls


def test_the_same_document_is_rendered_once(asked: list[tuple[Document, Format]]) -> None:
    first = render_once(budget(), Format.PDF)
    assert render_once(budget(), Format.PDF) == first
    assert len(asked) == 1


def test_another_word_another_format_another_printing_press(
    asked: list[tuple[Document, Format]], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = budget()
    files = {render_once(page, Format.PDF), render_once(page, Format.XLSX)}
    files.add(render_once(replace(page, mark=f"{MARK}."), Format.PDF))
    files.add(render_once(replace(page, blocks=page.blocks[:-1]), Format.PDF))
    monkeypatch.setattr(rendered, "_printing_press", lambda: "newer")
    files.add(render_once(page, Format.PDF))
    assert len(files) == len(asked) == 5


def test_what_is_too_large_is_not_kept(asked: list[tuple[Document, Format]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendered, "LARGEST_KEPT", 3)
    assert render_once(budget(), Format.PDF) != render_once(budget(), Format.PDF)


def test_several_documents_in_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def render_whole(documents: Sequence[Document]) -> bytes:
        seen.append(len(documents))
        return bytes(seen)

    monkeypatch.setattr(rendered, "render_whole", render_whole)
    page = budget()
    assert render_whole_once([page, page]) == render_whole_once([page, page])
    assert render_whole_once([page]) != render_whole_once([page, page])
    assert seen == [2, 1]


def test_no_more_than_so_many_are_kept() -> None:
    caches: dict[str, Any] = settings.CACHES
    options = caches["documents"]["OPTIONS"]
    store = DatabaseCache("rendered_documents", {"OPTIONS": {**options, "MAX_ENTRIES": 5}})
    for number in range(20):
        store.set(str(number), b"file")
    assert 0 < sum(store.get(str(number)) is not None for number in range(20)) <= 6
