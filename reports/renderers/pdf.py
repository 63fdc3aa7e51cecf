"""Documents as PDF: WeasyPrint prints the standalone page, cut off from files and network."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from weasyprint import HTML
from weasyprint.urls import URLFetcher

from reports.document import Document
from reports.renderers.html import render_page
from reports.renderers.layout import lay_out
from reports.renderers.pdf_rows import DrawnRows, long_tables, sample_of
from reports.renderers.pdf_text import Unsuited

CLOSED_FETCHER: Final = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
"""Raises ValueError for every address but `data:`, so no text can pull a file or a page in."""


def render_pdf(document: Document) -> bytes:
    """Return the document as PDF; the same document gives the same bytes."""
    return render_pdf_of_all([document])


def render_pdf_of_all(documents: Iterable[Document]) -> bytes:
    """Return all documents as one PDF under the first one's properties, each with its own page numbers.

    Its outline has the title of each document with its headings below.
    """
    with collector_paused():
        first, *others = [_rendered(document) for document in documents]
        pdf: bytes = first.copy([*first.pages, *(page for other in others for page in other.pages)]).write_pdf()
    return pdf


def _rendered(document: Document) -> Any:
    """The document's pages, the rows of its long tables drawn on them."""
    layouts = [lay_out(table, document) for table in document.tables]
    numbers = long_tables(document)
    if numbers:
        sample = _laid_out(render_page(sample_of(document), layouts=layouts))
        with suppress(Unsuited):
            rows = DrawnRows(document, sample, numbers)
            rendered = _laid_out(render_page(document, layouts=layouts, skeletons=rows.skeletons))
            rows.draw_on(rendered)
            return rendered
    return _laid_out(render_page(document, layouts=layouts))


def _laid_out(page: str) -> Any:
    return HTML(string=page, url_fetcher=CLOSED_FETCHER).render()


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector out of one render.

    The boxes of a long table live until it is printed; walking them again and again costs a third
    of the time and frees nothing.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
