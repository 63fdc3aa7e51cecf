"""What a text of the plan must be before it is stored: tidy, not too long, and wholly printable."""

import re

from reports.fields import Figures
from reports.text import text_faults
from trainingplan.rules.numbers import format_count
from trainingplan.rules.text import clean

LONGEST = {"heading": 1_000, "label": 200, "body": 20_000, "closing": 20_000}
"""Characters that each kind of text may have."""
ONE_LINE = frozenset({"heading", "label"})
_SPACES = re.compile(r"[^\S\n]+")
_UNPRINTABLE = re.compile(r"[^\n -~\u00a0-\ufffd\U00010000-\U0010ffff]")


def tidy(text: str, *, one_line: bool = False) -> str:
    """A text as it is stored: NFC, plain spaces, no empty lines, nothing that nobody sees."""
    plain = _UNPRINTABLE.sub("", clean(text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")))
    lines = (_SPACES.sub(" ", line).strip() for line in plain.split("\n"))
    return (" " if one_line else "\n").join(line for line in lines if line)


def why_not(name: str, text: str, figures: Figures) -> list[str]:
    """Why a tidy text of that name cannot be stored, each reason with its line."""
    found = []
    if len(text) > LONGEST[name]:
        length, longest = format_count(len(text)), format_count(LONGEST[name])
        found.append(f"Dài {length} ký tự, ô này nhận nhiều nhất {longest}. Rút gọn rồi lưu lại.")
    if name == "label" and not text:
        found.append("Chưa ghi nhãn của điểm này, ví dụ «Số lượng đào tạo:».")
    for line, fault in text_faults(text, figures):
        place = "Trường" if name in ONE_LINE else f"Dòng {line}: trường"
        found.append(f"{place} «{fault.field}» – {fault.message}")
    return found
