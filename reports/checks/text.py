"""The text against the data: free numbers, written sums, the words beside a number, what is not mentioned."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quotas.models import Quota
from reports.checks.citations import stray_numbers
from reports.checks.findings import NOTHING, Findings
from reports.checks.places import (
    ALL_LINES,
    DATA,
    PLAN,
    SUBJECT,
    TEXT,
    Place,
    in_text,
    of_appendix,
    of_programme,
    of_quota,
)
from reports.checks.rules import Rule
from reports.fields import OF_QUOTAS, Field, FieldRefused, Figures, Kind, Piece, QuotaFigure
from reports.text import Style, TextParagraph
from trainingplan.models import Plan
from trainingplan.rules.numbers import format_count, format_money

COUNTING_WORDS = ("chỉ tiêu", "học viên", "đồng chí", "người")
_PEOPLE = re.compile(rf"(?<![\d.])(\d{{1,3}}(?:\.\d{{3}}){{1,5}}|\d{{1,18}})\s+({'|'.join(COUNTING_WORDS)})(?!\w)")
_MONEY = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{3}){2,5}|\d{7,18})\s+đồng(?!\w)")
_SUM = re.compile(r"(?<!\d)(?<!\d\.)((?:\d[\d.]{0,23}\s*\+\s*){1,40}\d[\d.]{0,23})\s*=\s*(\d[\d.]{0,23})")
"""Lengths are bounded here and above: longer strings of digits are no figures, and Python would not read them."""
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_QUALIFIERS = {label: value for value, label in Quota.Qualifier.choices if value != Quota.Qualifier.EXACT}
_QUALIFIER = re.compile(rf"({'|'.join(_QUALIFIERS)}):?\s*$", re.IGNORECASE)
_WORD_AFTER = re.compile(rf"\s+({'|'.join(COUNTING_WORDS)})(?!\w)")
_YEAR = re.compile(r"năm (\d{4})")

Counted = tuple[int, str]
"""A number of people with its counting word."""


def check_text(plan: Plan, figures: Figures, paragraphs: Sequence[TextParagraph], findings: Findings) -> None:
    """Compare the assembled text with the figures."""
    if not any(paragraph.style in (Style.PART, Style.HEADING, Style.BODY) for paragraph in paragraphs):
        quotas = f"{len(figures.quotas)} chỉ tiêu"
        findings.hold(Rule.NO_TEXT, (TEXT, "0 mục"), (PLAN, quotas), "Kế hoạch chưa có văn bản.", holds=False)
        return
    _check_heading(plan, findings)
    for paragraph in paragraphs:
        _check_paragraph(paragraph, figures, findings)
    for below in _with_items(paragraphs):
        _check_parts(below, findings)
    _check_mentions(paragraphs, figures, findings)


def _check_heading(plan: Plan, findings: Findings) -> None:
    for found in _YEAR.finditer(plan.subject):
        message = "Trích yếu ghi năm khác năm của kế hoạch."
        holds = int(found[1]) == plan.year
        findings.hold(Rule.SUBJECT_YEAR, (SUBJECT, found[1]), (PLAN, str(plan.year)), message, holds=holds)


def _check_paragraph(paragraph: TextParagraph, figures: Figures, findings: Findings) -> None:
    for fault in paragraph.faults:
        message = f"Trường hỏng: {fault.message}"
        findings.hold(Rule.FAULT, (in_text(paragraph), fault.field), (DATA, NOTHING), message, holds=False)
    if paragraph.where == SUBJECT.words:
        return
    for stray in stray_numbers(paragraph.pieces, figures.year):
        holds = not stray.message
        findings.hold(Rule.STRAY, (in_text(paragraph), stray.text), (DATA, NOTHING), stray.message, holds=holds)
    for number, piece in enumerate(paragraph.pieces):
        if piece.field and piece.field.kind in OF_QUOTAS and piece.number is not None:
            _check_words(paragraph, number, figures, findings)
    _check_written_sums(paragraph, findings)
    _check_money(paragraph, figures, findings)
    _check_own_appendix(paragraph, figures, findings)


def _check_words(paragraph: TextParagraph, number: int, figures: Figures, findings: Findings) -> None:
    """The counting word behind a number and the qualifier before it are those of its quotas."""
    piece = paragraph.pieces[number]
    before = "".join(item.text for item in paragraph.pieces[:number])
    after = "".join(item.text for item in paragraph.pieces[number + 1 :])
    counted, qualified = _WORD_AFTER.match(after), _QUALIFIER.search(before)
    for quota in _named(piece, figures):
        found, own = counted[1] if counted else NOTHING, quota.counting_word or NOTHING
        message = f"Từ đếm đứng sau số {piece.text} không phải từ đếm của chỉ tiêu."
        place, other = in_text(paragraph), of_quota(quota)
        findings.hold(Rule.COUNTING_WORD, (place, found), (other, own), message, holds=found == own)
        if qualified:
            found, own = qualified[1].lower(), Quota.Qualifier(quota.qualifier).label
            message = f"Mức độ đứng trước số {piece.text} không phải mức độ của chỉ tiêu."
            findings.hold(Rule.QUALIFIER, (place, found), (other, own), message, holds=found == own)


def _check_written_sums(paragraph: TextParagraph, findings: Findings) -> None:
    """5 + 45 = 50, and a number of people before brackets that hold its parts."""
    for found in _SUM.finditer(paragraph.text):
        total = sum(map(_value, found[1].split("+")))
        other, place = Place(f"Phép cộng «{found[1]}»"), in_text(paragraph)
        findings.equal(Rule.WRITTEN_SUM, (place, _value(found[2])), (other, total), "Phép cộng viết sai.")
    for found in _IN_BRACKETS.finditer(paragraph.text):
        parts, before = _people(found[1]), _people(paragraph.text[: found.start()])
        if before and len(parts) > 1 and "trong đó" not in found[1] and _alike([before[-1], *parts]):
            message = "Các số trong ngoặc không cộng thành số đứng trước."
            place, other = in_text(paragraph), in_text(paragraph, f", trong ngoặc ({_plus(parts)})")
            findings.equal(Rule.BRACKETS, (place, before[-1][0]), (other, _sum(parts)), message)


def _check_money(paragraph: TextParagraph, figures: Figures, findings: Findings) -> None:
    for found in _MONEY.finditer(paragraph.text):
        message = "Số tiền trong văn bản khác tổng kinh phí ngân sách tỉnh của các dòng kinh phí."
        findings.equal(Rule.MONEY, (in_text(paragraph), _value(found[1])), (ALL_LINES, figures.budget), message)


def _check_own_appendix(paragraph: TextParagraph, figures: Figures, findings: Findings) -> None:
    """A paragraph that names a quota and an appendix names the one in which the quota is printed."""
    quotas = [quota for piece in paragraph.pieces for quota in _named(piece, figures)]
    for number in _appendices([paragraph]):
        for quota in quotas:
            own = format_count(quota.appendix) or NOTHING
            message = "Văn bản dẫn phụ lục khác phụ lục in chỉ tiêu này."
            place, said, printed = in_text(paragraph), f"phụ lục {number}", f"phụ lục {own}"
            holds = quota.appendix == number
            findings.hold(Rule.OWN_APPENDIX, (place, said), (of_quota(quota), printed), message, holds=holds)


@dataclass(frozen=True, slots=True)
class _Whole:
    """A paragraph with the items right below it."""

    head: TextParagraph
    items: tuple[TextParagraph, ...]


def _with_items(paragraphs: Sequence[TextParagraph]) -> Iterator[_Whole]:
    for place, head in enumerate(paragraphs):
        items = []
        for below in paragraphs[place + 1 :]:
            if below.style is not Style.ITEM or below.level <= head.level:
                break
            if below.level == head.level + 1:
                items.append(below)
        if items:
            yield _Whole(head, tuple(items))


def _check_parts(whole: _Whole, findings: Findings) -> None:
    """«113 chỉ tiêu; trong đó:» and its items; «170 học viên» and what stands below it with a plus sign."""
    numbers = _people(whole.head.text)
    divided = whole.head.text.rstrip().endswith("trong đó:") or whole.items[0].marker == "+"
    firsts = [_people(item.text)[:1] for item in whole.items]
    parts = [part for first in firsts for part in first]
    if divided and numbers and all(firsts) and _alike([numbers[-1], *parts]):
        message = "Các ý bên dưới không cộng thành số ở trên."
        place, other = in_text(whole.head), in_text(whole.head, f", các ý bên dưới ({_plus(parts)})")
        findings.equal(Rule.ITEMS, (place, numbers[-1][0]), (other, _sum(parts)), message)


def _check_mentions(paragraphs: Sequence[TextParagraph], figures: Figures, findings: Findings) -> None:
    """What the data has, the text says: quotas, classes, money, appendices."""
    fields = [piece.field for paragraph in paragraphs for piece in paragraph.pieces if piece.field]
    named = {quota.id for paragraph in paragraphs for piece in paragraph.pieces for quota in _named(piece, figures)}
    classes = {field.argument for field in fields if field.kind is Kind.CLASSES}
    for quota in figures.quotas:
        if quota.number is not None:
            message, figure = "Văn bản không nhắc đến chỉ tiêu này.", format_count(quota.number)
            findings.hold(Rule.QUOTA_SAID, (of_quota(quota), figure), (TEXT, NOTHING), message, holds=quota.id in named)
        if quota.classes is not None:
            message, figure = "Văn bản không nêu số lớp của chỉ tiêu này.", f"{format_count(quota.classes)} lớp"
            known = quota.key in classes or f"{quota.programme}/{quota.key}" in classes
            findings.hold(Rule.CLASSES_SAID, (of_quota(quota), figure), (TEXT, NOTHING), message, holds=known)
    _check_budget_said(fields, figures, findings)
    referred = set(_appendices(paragraphs))
    for number in sorted(figures.appendices):
        message, place = "Văn bản không dẫn đến phụ lục này.", of_appendix(number)
        findings.hold(Rule.APPENDIX_SAID, (place, str(number)), (TEXT, NOTHING), message, holds=number in referred)
    _check_programmes(paragraphs, figures, findings)


def _check_budget_said(fields: Sequence[Field], figures: Figures, findings: Findings) -> None:
    message = "Văn bản không nêu tổng kinh phí bằng trường {budget}."
    said = any(field.kind is Kind.BUDGET for field in fields)
    findings.hold(Rule.BUDGET_SAID, (ALL_LINES, format_money(figures.budget)), (TEXT, NOTHING), message, holds=said)


def _check_programmes(paragraphs: Sequence[TextParagraph], figures: Figures, findings: Findings) -> None:
    """The lettered items of a programme refer to the appendices of its own quotas, to all of them and no other."""
    for key, name in figures.programmes.items():
        own = [paragraph for paragraph in paragraphs if paragraph.programme == key]
        if not own:
            continue
        said = set(_appendices(own))
        printed = {quota.appendix for quota in figures.quotas if quota.programme == key and quota.appendix}
        message = "Văn bản dẫn khác các phụ lục in chỉ tiêu của chương trình."
        place, other = in_text(own[0]), of_programme(key, f"Chương trình «{name}»", figures)
        figure, holds = _list(said), said == printed
        findings.hold(Rule.PROGRAMME_APPENDICES, (place, figure), (other, _list(printed)), message, holds=holds)


def _named(piece: Piece, figures: Figures) -> tuple[QuotaFigure, ...]:
    """The quotas whose numbers stand in a piece; none where the field is faulty, which is found elsewhere."""
    if piece.field is None:
        return ()
    try:
        return figures.named(piece.field)
    except FieldRefused:
        return ()


def _appendices(paragraphs: Sequence[TextParagraph]) -> Iterator[int]:
    for paragraph in paragraphs:
        for piece in paragraph.pieces:
            if piece.field and piece.field.kind is Kind.APPENDIX and piece.number is not None:
                yield piece.number


def _people(text: str) -> list[Counted]:
    """The numbers in a text that count people, each with its counting word."""
    return [(_value(digits), word) for digits, word in _PEOPLE.findall(text)]


def _alike(numbers: Sequence[Counted]) -> bool:
    return len({word for _, word in numbers}) == 1


def _sum(numbers: Sequence[Counted]) -> int:
    return sum(number for number, _ in numbers)


def _plus(numbers: Sequence[Counted]) -> str:
    return " + ".join(format_count(number) for number, _ in numbers)


def _value(digits: str) -> int:
    return int(digits.replace(".", "").strip())


def _list(numbers: set[int]) -> str:
    return ", ".join(f"phụ lục {number}" for number in sorted(numbers)) or NOTHING
