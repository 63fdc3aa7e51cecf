"""Workbooks put together from raw parts, so that any of them can be wrong."""

import io
import struct
import zipfile
from collections.abc import Mapping

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
DEFAULT_ROWS = '<row r="1"><c r="A1" t="inlineStr"><is><t>Tên</t></is></c></row>'


def archive(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def sheet(rows: str = DEFAULT_ROWS, after: str = "", head: str = HEAD) -> str:
    """A worksheet with these rows, and what follows them."""
    return f"{head}<worksheet {MAIN}><sheetData>{rows}</sheetData>{after}</worksheet>"


def cell(place: str, content: str, kind: str = "n", style: int = 0) -> str:
    return f'<c r="{place}" t="{kind}" s="{style}">{content}</c>'


def text(place: str, content: str, style: int = 0) -> str:
    return cell(place, f'<is><t xml:space="preserve">{content}</t></is>', "inlineStr", style)


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def column_of(*values: str) -> str:
    """Rows 1, 2, … with one number each, as the file writes it."""
    return "".join(row(n, cell(f"A{n}", f"<v>{value}</v>")) for n, value in enumerate(values, start=1))


def parts(*sheets: str, **more: str) -> dict[str, str | bytes]:
    """The parts of a sound workbook with these sheets; by name in `more` what stands in their place."""
    names = "".join(f'<sheet name="Trang {n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, len(sheets) + 1))
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    whole: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": more.get("workbook")
        or f'{HEAD}<workbook {MAIN} xmlns:r="{OFFICE}">{more.get("pr", "")}<sheets>{names}</sheets>'
        f"{more.get('calc', '')}</workbook>",
        "xl/_rels/workbook.xml.rels": more.get("relations")
        or f'{HEAD}<Relationships xmlns="{PACKAGE}">{relations}'
        f'<Relationship Id="s" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="t" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    }
    if "strings" in more:
        whole["xl/sharedStrings.xml"] = more["strings"]
    if "styles" in more:
        whole["xl/styles.xml"] = more["styles"]
    return whole | {f"xl/worksheets/sheet{n}.xml": content for n, content in enumerate(sheets, start=1)}


def book(*sheets: str, **more: str) -> bytes:
    return archive(parts(*(sheets or (sheet(),)), **more))


def strings(*items: str) -> str:
    return f"{HEAD}<sst {MAIN}>{''.join(f'<si>{item}</si>' for item in items)}</sst>"


def styles(*fonts: str, formats: tuple[int, ...] = (), codes: tuple[str, ...] = ()) -> str:
    """Cell styles 0, 1, … in these fonts, then those of these number formats, and of those with codes of their own."""
    own = "".join(f'<numFmt numFmtId="{n}" formatCode="{code}"/>' for n, code in enumerate(codes, start=164))
    formats += tuple(range(164, 164 + len(codes)))
    listed = "".join(f'<font><sz val="12"/><name val="{font}"/></font>' for font in ("Times New Roman", *fonts))
    cells = "".join(f'<xf numFmtId="0" fontId="{n}"/>' for n in range(len(fonts) + 1))
    cells += "".join(f'<xf numFmtId="{code}" fontId="0" applyNumberFormat="1"/>' for code in formats)
    own = own and f"<numFmts>{own}</numFmts>"
    return f"{HEAD}<styleSheet {MAIN}>{own}<fonts>{listed}</fonts><cellXfs>{cells}</cellXfs></styleSheet>"


def patched(content: bytes, name: str, *, offset: int, value: bytes) -> bytes:
    """The archive with bytes of the central directory's entry of that name overwritten."""
    changed = bytearray(content)
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(name.encode()))
    changed[at + offset : at + offset + len(value)] = value
    return bytes(changed)


def lying(content: bytes, name: str, size: int) -> bytes:
    """The archive that declares another inflated size of that entry, in both places."""
    declared = struct.pack("<L", size)
    changed = bytearray(patched(content, name, offset=24, value=declared))
    at = content.index(name.encode()) - 30
    changed[at + 22 : at + 26] = declared
    return bytes(changed)


def locked(content: bytes, name: str) -> bytes:
    """The archive that says the entry is encrypted."""
    return patched(content, name, offset=8, value=b"\x01\x00")


def overlapping(times: int) -> bytes:
    """A workbook of which many entries share one body that swells."""
    one = archive(parts(sheet()) | {"xl/z.bin": bytes(1024 * 1024)})
    directory, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    last = one[one.rindex(b"PK\x01\x02") : end]
    more = b"".join(last.replace(b"xl/z.bin", b"xl/z%03dx" % n) for n in range(times))
    entries = one[end + 8 : end + 10]
    count = struct.pack("<H", int.from_bytes(entries, "little") + times)
    size = struct.pack("<LL", end - directory + len(more), directory)
    return one[:end] + more + one[end : end + 8] + count * 2 + size + b"\0\0"
