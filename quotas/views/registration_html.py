"""The unit's sheet as HTML; see `cells_html` for why it is not a template."""

from urllib.parse import urlencode

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from quotas.selectors.registration import Block, RegistrationSheet, Row
from quotas.views.cells_html import (
    NOTHING_RETURNED,
    STATE_CLASS,
    UNKNOWN,
    ReturnedCells,
    count,
    known,
    number_input,
    say,
    troubled_input,
)
from quotas.views.cells_io import Returned, field_name, seen_value, tick_name
from trainingplan.rules.numbers import format_count


def registration_table(
    sheet: RegistrationSheet, *, editable: bool, returned: ReturnedCells = NOTHING_RETURNED, decline_url: str = ""
) -> SafeString:
    """One body per programme; the cells of `returned` show what was typed and why it was not saved.

    `decline_url` is where a unit says that it has no need of a whole programme.
    """
    blocks = "".join(
        _block(sheet.unit_id, block, returned, decline_url if editable else "", editable=editable)
        for block in sheet.blocks
    )
    return mark_safe(  # noqa: S308 - texts from data are escaped where they enter
        '<table class="grid grid-sheet"><thead><tr>'
        '<th scope="col" class="first">Chương trình / chỉ tiêu</th>'
        f'<th scope="col" class="num">Năm {sheet.last_year}</th>'
        '<th scope="col" class="num">Đăng ký</th>'
        '<th scope="col" class="tick">Không có nhu cầu</th>'
        '<th scope="col" class="note">Ghi chú</th>'
        f"</tr></thead>{blocks}</table>"
    )


def _block(unit_id: int, block: Block, returned: ReturnedCells, decline_url: str, *, editable: bool) -> str:
    rows = "".join(
        _open_row(unit_id, row, returned.get((unit_id, row.quota_id)))
        if editable and not row.locked
        else _closed_row(row)
        for row in block.rows
    )
    head = f"{escape(block.code)} {escape(block.name)}"
    if decline_url and block.open and not block.declined:
        head += (
            f' <a class="decline" href="{escape(decline_url)}?{urlencode({"chuong-trinh": block.key})}"'
            f' data-after-saving>Không có nhu cầu<span class="aside">, {escape(block.name)}</span></a>'
        )
    reasons = {row.locked for row in block.rows} if editable else set()
    if len(reasons) == 1 and "" not in reasons:
        head += f' <span class="lock">{escape(reasons.pop())}</span>'
    return f'<tbody><tr class="group"><th colspan="5" scope="rowgroup">{head}</th></tr>{rows}</tbody>'


def _row(row: Row, name: str, cells: str, note: str) -> str:
    last_year = UNKNOWN if row.last_year is None else count(row.last_year)
    return (
        f'<tr{_row_class(row)}><th scope="row" class="first">{name}</th>'
        f'<td class="num" data-label="năm trước">{last_year}</td>{cells}'
        f'<td class="note">{note}{_mark(row)}<span class="hint">{escape(_hint(row))}</span></td></tr>'
    )


def _row_class(row: Row) -> str:
    if row.remark is not None:
        return ' class="is-marked"'
    return ' class="is-shut"' if row.locked else ""


def _mark(row: Row) -> str:
    """What the Board says at a cell that it gave back."""
    if row.remark is None:
        return ""
    return f'<span class="remark">Cần sửa{": " if row.remark else ""}{escape(row.remark)}</span>'


def _closed_row(row: Row) -> str:
    """A row to read; one that is locked in an open sheet says why, to be copied and pasted around it."""
    no_need = "không có nhu cầu" if row.no_need else ""
    number = "" if row.no_need else known(row.number)
    lock = f' data-locked="{escape(row.locked)}"' if row.locked else ""
    why = f'<span class="lock">đã khóa<span class="aside">: {escape(row.locked)}</span></span>' if row.locked else ""
    cells = f'<td class="num"{lock}>{number}</td><td class="tick">{no_need}</td>'
    return _row(row, escape(row.name), cells, why)


def _open_row(unit_id: int, row: Row, back: Returned | None) -> str:
    name = escape(row.name)
    tick = tick_name(unit_id, row.quota_id)
    checked = " checked" if (back.no_need if back else row.no_need) else ""
    tick_cell = (
        f'<td class="tick" data-label="không có nhu cầu"><input type="checkbox" name="{tick}" value="1"'
        f' aria-label="Không có nhu cầu, {name}"{checked}></td>'
    )
    if back is None:
        field = field_name(unit_id, row.quota_id, row.version, seen_value(row.number, no_need=row.no_need))
        cell = f'<td class="cell">{number_input(field, format_count(row.number), f"{name}, đăng ký")}</td>'
        return _row(row, name, cell + tick_cell, "")
    field = returned_field(unit_id, row.quota_id, back)
    cell = f'<td class="{STATE_CLASS[back.outcome]}">{troubled_input(field, back.typed, f"{name}, đăng ký")}</td>'
    return _row(row, name, cell + tick_cell, say(field, back.message))


def returned_field(unit_id: int, quota_id: int, back: Returned) -> str:
    """The name under which a cell is sent again: against the version that stands now."""
    return field_name(unit_id, quota_id, back.version, seen_value(back.number, no_need=back.stands_no_need))


def _hint(row: Row) -> str:
    """What is to be known beside the cell: its note, the province's number, who wrote last and when."""
    parts = [row.note]
    if row.limit is not None:
        parts.append(f"cả tỉnh {format_count(row.limit)} {row.counting_word}".strip())
    if row.author and row.at:
        parts.append(f"{row.author}, {timezone.localtime(row.at):%H:%M, %d/%m/%Y}")
    return " · ".join(filter(None, parts))
