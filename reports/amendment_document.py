"""The amendment as documents: the table of comparison, and the official paper that says it in words."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import count

from reports import exports
from reports.amendment import Comparison
from reports.amendment_effects import Effect
from reports.amendment_items import Item
from reports.amendment_reasons import appendices_of
from reports.amendment_words import lines, sentence
from reports.appendices import build_appendix, whole_province
from reports.document import (
    Align,
    AppendixTitle,
    Block,
    Cell,
    Clause,
    Closing,
    Column,
    Document,
    Heading,
    Kind,
    LetterHead,
    Note,
    Orientation,
    Paragraph,
    Row,
    RowKind,
    Run,
    Table,
    Title,
    Value,
)
from reports.exports import Format, file_name
from reports.models import Version
from reports.plan_document import MARK
from reports.version_files import with_seal
from reports.versions import File
from trainingplan.models import Plan
from trainingplan.rules.dates import format_date
from trainingplan.rules.letters import roman

TABLE_STEM, PAPER_STEM = "so-sanh", "ke-hoach-dieu-chinh"
WORKING = "số liệu đang soạn"


def comparison_document(found: Comparison) -> Document:
    """The table of comparison on a paper of its own."""
    old, new = version_words(found.old), version_words(found.new) if found.new else WORKING
    return Document(
        title=f"Bảng so sánh {old} với {new}",
        blocks=(Title("BẢNG SO SÁNH", f"{old} – {new}"), *_tables(found)),
        file_stem=TABLE_STEM,
        created=found.old.issued_on,
        author=found.plan.issuing_body,
        profile=found.plan.profile,
        orientation=Orientation.LANDSCAPE,
        mark=MARK if found.illustrative else "",
    )


def amendment_document(found: Comparison, *, number: str = "", dated: date | None = None) -> Document:
    """Kế hoạch điều chỉnh, bổ sung: exactly the changes that the plan's papers show, each once."""
    plan = found.plan
    return Document(
        title=f"{plan.title.capitalize()} điều chỉnh, bổ sung {_issued(found.old)}",
        blocks=(
            _head(found, number, dated),
            Title(plan.title, f"điều chỉnh, bổ sung {plan.title.capitalize()} {plan.subject}"),
            *_grounds(found),
            *_contents(found),
            *_ending(found),
            _closing(plan),
        ),
        file_stem=PAPER_STEM,
        created=dated or found.old.issued_on,
        author=plan.issuing_body,
        profile=plan.profile,
        mark=MARK if found.illustrative else "",
    )


def replaced_appendices(found: Comparison, *, number: str = "", dated: date | None = None) -> list[Document]:
    """The appendices that replace those issued, as they stand now, attached to it. Raises WrongDefinition."""
    numbers = appendices_of(found.plan, found.items)
    appendices = found.plan.appendices.filter(number__in=numbers).prefetch_related("columns").order_by("number")
    built = (build_appendix(found.plan, appendix, whole_province()) for appendix in appendices)
    return [_attached(document, number, dated) for document in built]


def _attached(appendix: Document, number: str, dated: date | None) -> Document:
    """The appendix with the number and date of the paper that it comes with."""
    blocks = (
        replace(block, attached_to=replace(block.attached_to, number=number, dated=dated))
        if isinstance(block, AppendixTitle) and block.attached_to
        else block
        for block in appendix.blocks
    )
    return replace(appendix, blocks=tuple(blocks))


def amendment_files(
    found: Comparison, replaced: Sequence[Document], *, number: str, dated: date, seal: str = ""
) -> tuple[File, ...]:
    """The files of what a version stores as an amendment; the paper's PDF ends with the appendices that it replaces.

    Needs no database but for the numbers of appendices.
    """
    paper, table = amendment_document(found, number=number, dated=dated), comparison_document(found)
    wanted = [(paper, fmt) for fmt in (Format.HTML, Format.DOCX, Format.TXT)]
    wanted += [(table, Format.XLSX), (with_seal([table], seal)[0], Format.PDF)]
    files = [
        File(file_name(document, fmt), fmt.content_type, exports.render(document, fmt)) for document, fmt in wanted
    ]
    pdf = File(
        file_name(paper, Format.PDF),
        Format.PDF.content_type,
        exports.render_whole([*with_seal([paper], seal), *replaced]),
    )
    return (*files[:2], pdf, *files[2:])


def version_words(version: Version) -> str:
    return f"Bản {version.number} (số {version.document}, ngày {format_date(version.issued_on)})"


def _issued(version: Version) -> str:
    return f"Kế hoạch số {version.document}, ngày {format_date(version.issued_on)}"


def _head(found: Comparison, number: str, dated: date | None) -> LetterHead:
    plan = found.plan
    year = dated.year if dated else max(plan.year, found.old.issued_on.year)
    return LetterHead((plan.parent_body,), plan.symbol, plan.place, year, number, dated)


def _closing(plan: Plan) -> Closing:
    recipients = tuple(line.strip() for line in plan.recipients.splitlines() if line.strip())
    return Closing(recipients, plan.signing_authority, plan.signer_title, plan.signer_name)


def _grounds(found: Comparison) -> Iterator[Block]:
    """What was issued, why it is opened again, and who decides."""
    body = found.plan.issuing_body
    yield Paragraph.of(f"Căn cứ {_issued(found.old)} của {body} về {found.plan.subject};")
    if found.amendment:
        yield Paragraph.of(f"Lý do điều chỉnh: {found.amendment.reason.rstrip('.')}.")
    yield Paragraph.of(f"{body} điều chỉnh, bổ sung Kế hoạch nêu trên như sau:")


def _contents(found: Comparison) -> Iterator[Block]:
    yield _part(1, "NỘI DUNG ĐIỀU CHỈNH, BỔ SUNG")
    for place, row in enumerate(found.printed, 1):
        yield Paragraph((Run(sentence(row.item)),), marker=f"{place}.")
        for line in lines(row.item):
            yield Paragraph((Run(line),), marker="-", level=1)
        if row.found.reason:
            yield Paragraph.of(f"Lý do: {row.found.reason.rstrip('.')}.", italic=True)
    if not found.printed:
        yield Paragraph.of("Không có nội dung nào được điều chỉnh, bổ sung.")


def _ending(found: Comparison) -> Iterator[Block]:
    place = count(2)
    if found.effects:
        yield _part(next(place), "SỐ LIỆU THAY ĐỔI THEO")
        for effect in found.effects:
            yield Paragraph((Run(f"{effect.place}: {_from_to(effect)}."),), marker="-")
    if found.printed:
        yield _part(next(place), "BẢNG SO SÁNH")
        yield _changes(found, alone=False)
    if numbers := appendices_of(found.plan, found.items):
        listed = ", ".join(map(str, numbers))
        yield _part(next(place), "PHỤ LỤC")
        yield Paragraph.of(
            f"Thay phụ lục {listed} kèm theo {_issued(found.old)} bằng phụ lục {listed} kèm theo Kế hoạch này."
        )
    yield _part(next(place), "TỔ CHỨC THỰC HIỆN")
    yield Paragraph.of(f"Các nội dung khác của {_issued(found.old)} không thay đổi.")


def _from_to(effect: Effect) -> str:
    if effect.difference is not None:
        return f"từ {effect.old} thành {effect.new}"
    return f"«{effect.old}» thành «{effect.new}»"


def _part(place: int, title: str) -> Clause:
    return Clause((Run(title, bold=True),), f"{roman(place)}.", 1)


ON_PAPER = (
    Column("stt", "TT", 8, align=Align.CENTER),
    Column("what", "Nội dung", 36),
    Column("old", "Đã ban hành", 28),
    Column("new", "Điều chỉnh, bổ sung", 28),
    Column("difference", "Chênh lệch", 16, Kind.COUNT),
    Column("reason", "Lý do", 26),
)
ALONE = (
    Column("stt", "TT", 7, align=Align.CENTER),
    Column("what", "Nội dung", 40),
    Column("old_number", "Số", 16, Kind.COUNT, "Đã ban hành"),
    Column("old", "Nội dung", 26, group="Đã ban hành"),
    Column("new_number", "Số", 16, Kind.COUNT, "Điều chỉnh, bổ sung"),
    Column("new", "Nội dung", 26, group="Điều chỉnh, bổ sung"),
    Column("difference", "Chênh lệch", 15, Kind.COUNT),
    Column("reason", "Lý do", 28),
)
"""A table that is a workbook as well keeps numbers and words apart."""
EFFECTS = (
    Column("stt", "TT", 8, align=Align.CENTER),
    Column("what", "Số liệu", 40),
    Column("old", "Đã ban hành", 40),
    Column("new", "Sau điều chỉnh", 40),
    Column("difference", "Chênh lệch", 16, Kind.COUNT),
)


def _tables(found: Comparison) -> Iterator[Block]:
    if not found.rows:
        yield Note("Không có gì khác nhau.", label="Lưu ý:")
        return
    yield _changes(found, alone=True)
    if found.effects:
        yield Heading("Số liệu thay đổi theo", 2)
        yield _effects(found)


def _changes(found: Comparison, *, alone: bool) -> Table:
    """All changes on a table alone; on the paper those that the plan's papers print."""
    columns = ALONE if alone else ON_PAPER
    rows: list[Row] = []
    places, parts = count(1), count(1)
    for group, members in found.groups:
        shown = [one for one in members if alone or one.item.printed]
        if shown:
            rows.append(_group(roman(next(parts)), group.value, len(columns)))
        for one in shown:
            values = _apart(one.item) if alone else (one.item.old, one.item.new)
            what = f"{one.item.place}: {one.item.subject}"
            cells = (str(next(places)), what, *values, one.item.difference, one.found.reason)
            rows.append(Row.of(RowKind.DATA, *cells))
    return Table("So sánh", columns, tuple(rows), row_title="what")


def _apart(item: Item) -> tuple[Value, Value, Value, Value]:
    """Number and words of what was issued, and of what is now; of a number the words are those of its factors."""
    if item.difference is None:
        return None, item.old, None, item.new
    words = ["; ".join(f"{one.label}: {getattr(one, side)}" for one in item.details) for side in ("old", "new")]
    return item.old_value, words[0], item.new_value, words[1]


def _effects(found: Comparison) -> Table:
    rows = [
        Row.of(RowKind.DATA, str(place), effect.place, effect.old, effect.new, effect.difference)
        for place, effect in enumerate(found.effects, 1)
    ]
    return Table("Thay đổi theo", EFFECTS, tuple(rows), row_title="what")


def _group(mark: str, title: str, width: int) -> Row:
    cells: Sequence[Cell] = (Cell(mark), Cell(title, span=width - 1))
    return Row(RowKind.GROUP, tuple(cells))
