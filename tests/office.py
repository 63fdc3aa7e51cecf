"""What tests of the back office share: its pages, the people who open it, and what a reader sees on a page."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from django.contrib.admin import site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, reverse
from openpyxl import Workbook, load_workbook

from trainingplan.models import Role, User

WITHOUT_ROW = ("changelist", "add", "import", "export")
WITH_ROW = ("change", "history", "delete")


@dataclass(frozen=True)
class OfficePage:
    """A page of the back office; `row` is the object it shows."""

    model: type[Model]
    kind: str
    row: Model | None

    @property
    def url(self) -> str:
        name = f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_{self.kind}"
        return reverse(name, args=[] if self.row is None else [self.row.pk])

    def __str__(self) -> str:
        return f"{self.model.__name__} {self.kind}"


def models() -> list[type[Model]]:
    return sorted(site._registry, key=lambda model: model._meta.label)  # noqa: SLF001 - Django has no other list


def pages(models_of: list[type[Model]] | None = None) -> Iterator[OfficePage]:
    """Every page that the site has an address for; those of a row, for the first row there is."""
    for model in models_of or models():
        row = model._default_manager.first()
        candidates = [OfficePage(model, kind, None) for kind in WITHOUT_ROW]
        candidates += [OfficePage(model, kind, row) for kind in WITH_ROW if row is not None]
        for page in candidates:
            try:
                _ = page.url
            except NoReverseMatch:
                continue
            yield page


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def somebody(role: Role, **fields: Any) -> User:
    return User.objects.create_user(f"ai-do-{role}", "mật khẩu dài để thử", full_name="Ai Đó", role=role, **fields)


class _Reader(HTMLParser):
    """Collects what is read: text outside scripts, styles and icons, and labels that stand for text."""

    SILENT = ("script", "style", "template")
    SPOKEN = ("placeholder", "title", "alt", "aria-label", "value")

    def __init__(self) -> None:
        super().__init__()
        self.silent: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        icon = tag == "span" and "material-symbols" in (given.get("class") or "")
        if tag in self.SILENT or icon or (tag == "span" and self.silent):
            self.silent.append(tag)
        buttons = tag == "input" and given.get("type") in ("submit", "button")
        spoken = [name for name in self.SPOKEN if name != "value" or buttons]
        self.texts += [given[name] or "" for name in spoken if given.get(name)]

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts.append(data)


def visible_text(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    return re.sub(r"\s+", " ", " ".join(reader.texts))


def sheet(heads: list[str], *rows: list[Any]) -> bytes:
    """A workbook as an office would send it."""
    book = Workbook()
    page = book.active
    assert page is not None
    for row in (heads, *rows):
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client: Client, model: type[Model], content: bytes, name: str = "tep.xlsx") -> Any:
    """Choose a file on the import page; what comes back is the preview or what is wrong."""
    return client.post(OfficePage(model, "import", None).url, {"file": SimpleUploadedFile(name, content)})


def confirm(client: Client, model: type[Model], preview: Any) -> Any:
    """Confirm what the preview showed."""
    address = OfficePage(model, "process_import", None).url
    return client.post(address, {"token": preview.context["token"]}, follow=True)


def problems(answer: Any) -> list[tuple[int, str, str]]:
    """(row, column, message) of all that is wrong with the file."""
    return [(problem.row, problem.column, problem.message) for problem in answer.context["problems"]]


def changes(answer: Any) -> list[tuple[int, str, list[tuple[str, str, str]]]]:
    """(row, kind, changes) of the preview."""
    return [(line.number, line.kind, line.changes) for line in answer.context["lines"]]


def exported(client: Client, model: type[Model]) -> list[tuple[Any, ...]]:
    """The rows of the exported workbook, headings first, with the types of the cells."""
    answer = client.post(OfficePage(model, "export", None).url, {"format": "0", "resource": "0"})
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    page = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return list(page.iter_rows(values_only=True))
