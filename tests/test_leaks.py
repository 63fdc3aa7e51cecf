"""What a unit reads – pages, workbooks, PDFs, JSON – holds no string of another unit, and of no other unit's people."""

import re
import zipfile
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from quotas.models import Person
from tests.cast import make_user
from trainingplan.models import JobFile, Plan, Role, Unit, UnitName

OWN = "huyen-uy-binh-son"
NAMED_BY_THE_PLAN = {"Ban Tổ chức Tỉnh ủy", "Trường Chính trị tỉnh", "Đảng ủy Khối Cơ quan và Doanh nghiệp tỉnh"}
"""These stand in the plan's own words, in the names of its quotas and on its pages, for everybody."""

PAGES = [
    ("tasks", {}),
    ("dashboard", {}),
    ("registration-unit", {"unit_key": OWN}),
    ("registration-send", {"unit_key": OWN}),
    ("allocation-index", {}),
    *(("allocation", {"number": number}) for number in range(8)),
    ("rosters", {}),
    *(("roster", {"number": number}) for number in (2, 3, 5, 6, 7)),
    ("nomination-add", {"number": 3}),
    ("appendices", {}),
    *(("appendix", {"number": number}) for number in range(1, 8)),
    *(("appendix-file", {"number": n, "extension": e}) for n in range(1, 8) for e in ("xlsx", "pdf")),
]


@pytest.fixture
def client_of_unit(plan_2024: Plan) -> Client:
    client = Client()
    client.force_login(make_user("binh-son", "Người của Bình Sơn", Role.UNIT, Unit.objects.get(key=OWN)))
    return client


@pytest.fixture
def foreign(plan_2024: Plan) -> set[str]:
    """Names of other units and of their people."""
    names = set(UnitName.objects.exclude(unit__key=OWN).values_list("name", flat=True)) - NAMED_BY_THE_PLAN
    people = set(Person.objects.exclude(unit__key=OWN).values_list("full_name", flat=True))
    return names | people - set(Person.objects.filter(unit__key=OWN).values_list("full_name", flat=True))


def text_of(name: str, content: bytes) -> str:
    """All that a reader of the file could find."""
    if content.startswith(b"%PDF"):
        pages = (page.extract_text() for page in PdfReader(BytesIO(content)).pages)
        return " ".join(" ".join(pages).split())
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return "\n".join(text_of(entry, archive.read(entry)) for entry in archive.namelist())
    return re.sub(r"\s+", " ", content.decode())


@pytest.mark.parametrize(("name", "kwargs"), PAGES, ids=str)
def test_no_string_of_another_unit(
    name: str, kwargs: dict[str, str | int], client_of_unit: Client, foreign: set[str]
) -> None:
    response = client_of_unit.get(reverse(name, kwargs={"year": 2024, **kwargs}))
    assert response.status_code == 200
    text = text_of(name, response.content)
    assert not sorted(word for word in foreign if word in text)


def test_no_string_of_another_unit_in_all_appendices(
    client_of_unit: Client, foreign: set[str], jobs_at_once: None
) -> None:
    page = client_of_unit.post(reverse("appendices-zip", kwargs={"year": 2024}), follow=True)
    file = JobFile.objects.get()
    text = text_of(file.name, b"".join(client_of_unit.get(f"{page.redirect_chain[-1][0]}ket-qua/1/")))
    assert file.name == "phu-luc-2024.zip"
    assert "Bình Sơn" in text
    assert not sorted(word for word in foreign if word in text + page.content.decode())


def test_control_the_board_reads_them_all(plan_2024: Plan, foreign: set[str]) -> None:
    """If this fails, the test above looks for strings that stand nowhere."""
    client = Client()
    client.force_login(make_user("hoa", "Phạm Thị Hoa", Role.BOARD))
    urls = [reverse("appendix-file", kwargs={"year": 2024, "number": 1, "extension": kind}) for kind in ("xlsx", "pdf")]
    for url in urls:
        text = text_of(url, client.get(url).content)
        assert len([word for word in foreign if word in text]) > 30
