"""Files of documents, each rendered once: an unchanged document in the same format is taken from where it was kept.

Kept by the digest of all that the document says, so who may see the document may have the file. Whoever issues a
plan renders afresh.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.cache import caches

from reports.document import Document
from reports.exports import Format, render, render_whole

LARGEST_KEPT: Final = 5_000_000
LIBRARIES: Final = ("weasyprint", "xlsxwriter", "python-docx", "django")
_SOURCES: Final = ("reports/renderers/*.py", "reports/document/*.py", "reports/profiles.py", "reports/exports.py")


def render_once(document: Document, fmt: Format) -> bytes:
    """The document's bytes, rendered only if no file of it is kept."""
    return _kept(f"{fmt}:{_digest([document])}", lambda: render(document, fmt))


def render_whole_once(documents: Sequence[Document]) -> bytes:
    """All documents in one PDF, rendered only if no file of them is kept."""
    return _kept(f"whole:{_digest(documents)}", lambda: render_whole(documents))


def _kept(key: str, make: Callable[[], bytes]) -> bytes:
    store = caches["documents"]
    found: bytes | None = store.get(key)
    if found is None:
        found = make()
        if len(found) <= LARGEST_KEPT:
            store.set(key, found)
    return found


def _digest(documents: Sequence[Document]) -> str:
    """A document is frozen data all through: what it is printed as tells all of it."""
    digest = hashlib.sha256(_printing_press().encode())
    for document in documents:
        digest.update(repr(document).encode())
    return digest.hexdigest()


@cache
def _printing_press() -> str:
    """What else decides how a file looks: the renderers and their templates, and the libraries they use."""
    digest = hashlib.sha256(repr([(name, version(name)) for name in LIBRARIES]).encode())
    folder = Path(settings.BASE_DIR)
    sources = [path for pattern in _SOURCES for path in folder.glob(pattern)]
    for path in sorted([*sources, *(folder / "templates/reports/print").iterdir()]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
