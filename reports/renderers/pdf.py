"""Documents as PDF: WeasyPrint prints the standalone page, cut off from files and network."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from weasyprint import HTML
from weasyprint.urls import URLFetcher

from reports.document import Document
from reports.renderers.html import render_page

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
        first, *others = [
            HTML(string=render_page(document), url_fetcher=CLOSED_FETCHER).render() for document in documents
        ]
        pdf: bytes = first.copy([*first.pages, *(page for other in others for page in other.pages)]).write_pdf()
    return pdf


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
