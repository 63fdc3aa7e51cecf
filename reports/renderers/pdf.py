"""Documents as PDF: WeasyPrint prints the standalone page, cut off from files and network."""

import gc
from collections.abc import Iterator
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
    with collector_paused():
        page = HTML(string=render_page(document), url_fetcher=CLOSED_FETCHER)
        pdf: bytes = page.write_pdf()
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
