"""The plan itself as a `Document`: heading block, legal bases, sections, lettered slots, recipients, signature."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from reports.document import Block, Clause, Closing, Document, LetterHead, Paragraph, Run, Title
from reports.fields import Figures, Piece
from reports.fields import Kind as FieldKind
from reports.text import Style, TextParagraph, plan_text
from trainingplan.models import Plan
from trainingplan.selectors import plan_day

MARK = "Số liệu minh họa"
FILE_STEM = "ke-hoach"
_CLAUSES = frozenset({Style.PART, Style.HEADING})
_TEXT = frozenset({Style.BODY, Style.ITEM, Style.SLOT})
_DEEPEST = 4
_LETTER_DD = re.compile(r"\bđ\b")
_NO_WORD = re.compile(r"[^a-z0-9]+")


def plan_document(plan: Plan, figures: Figures | None = None) -> Document:
    """The whole plan; the queries of `plan_text`, whatever its length. `figures` print another state's numbers."""
    return Document(
        title=f"{plan.title.capitalize()} {plan.subject}",
        blocks=(
            letter_head(plan),
            Title(plan.title, plan.subject),
            *text_blocks(plan_text(plan, figures).paragraphs),
            closing(plan),
        ),
        file_stem=FILE_STEM,
        created=plan_day(plan),
        author=plan.issuing_body,
        profile=plan.profile,
        mark=MARK if plan.illustrative else "",
    )


def has_text(plan: Plan) -> bool:
    """Whether there is anything of the plan to print."""
    return plan.sections.exists()


def letter_head(plan: Plan) -> LetterHead:
    """The head of papers that the plan's own body issues; number and date as far as they are given."""
    return LetterHead(
        bodies=(plan.parent_body,),
        symbol=plan.symbol,
        place=plan.place,
        year=plan.year,
        number=plan.number,
        dated=plan.issued_on,
    )


def closing(plan: Plan) -> Closing:
    """Nơi nhận and the signature."""
    return Closing(
        recipients=tuple(line.strip() for line in plan.recipients.splitlines() if line.strip()),
        authority=plan.signing_authority,
        post=plan.signer_title,
        name=plan.signer_name,
    )


def text_blocks(paragraphs: Iterable[TextParagraph]) -> Iterator[Block]:
    """The sections as blocks; what stands around them (title, recipients, signature) is left out.

    The first block at a place bears the place's anchor.
    """
    anchored: set[str] = set()
    for paragraph in paragraphs:
        if paragraph.style not in _CLAUSES | _TEXT:
            continue
        anchor = "" if paragraph.where in anchored else place_anchor(paragraph.where)
        anchored.add(paragraph.where)
        runs = tuple(_runs(paragraph))
        if paragraph.style in _CLAUSES:
            heading = _lead(paragraph, runs)
            level = min(paragraph.level + 1, _DEEPEST)
            yield Clause(runs[:heading], paragraph.marker, level, runs[heading:], anchor)
        else:
            yield Paragraph(runs, marker=paragraph.marker, anchor=anchor)


def place_anchor(where: str) -> str:
    """The name of a place within its page: "Mục II.1, điểm đ" → "muc-ii-1-diem-dd", as điểm d is another place."""
    plain = unicodedata.normalize("NFD", _LETTER_DD.sub("dd", where.lower()).replace("đ", "d"))
    return _NO_WORD.sub("-", "".join(filter(str.isascii, plain))).strip("-")


def _runs(paragraph: TextParagraph) -> Iterator[Run]:
    """The paragraph's runs cut at its fields, so that each figure is a run of its own."""
    pieces = iter(paragraph.pieces)
    for run in paragraph.runs:
        taken = ""
        while len(taken) < len(run.text):
            piece = next(pieces)
            taken += piece.text
            if piece.text:
                yield Run(piece.text, run.bold, run.italic, _bound(piece))


def _bound(piece: Piece) -> str:
    """The field as it is written, where it gives a figure of the data."""
    return str(piece.field) if piece.field and piece.field.kind is not FieldKind.FIXED else ""


def _lead(paragraph: TextParagraph, runs: tuple[Run, ...]) -> int:
    """How many of the cut runs belong to the heading."""
    length = sum(len(run.text) for run in paragraph.runs[: paragraph.lead])
    taken = 0
    for count, run in enumerate(runs):
        if taken >= length:
            return count
        taken += len(run.text)
    return len(runs)
