"""What makes the definition of an appendix printable, on plain data."""

from collections import Counter
from collections.abc import Sequence

NAMING = {"allocation": "unit", "roster": "full_name", "budget": "content"}
"""By kind of appendix the source that names its rows; without such a column nothing can be printed."""

REPEATABLE = "quota"


def definition_faults(kind: str, sources: Sequence[str], words: dict[str, str] | None = None) -> list[str]:
    """Why an appendix with these columns cannot be printed, in Vietnamese; `words` name the sources to a reader."""
    words = words or {}
    if not sources:
        return ["Phụ lục chưa có cột nào."]
    faults = []
    if NAMING[kind] not in sources:
        faults.append(f"Phụ lục thiếu cột «{words.get(NAMING[kind], NAMING[kind])}», cột gọi tên từng dòng.")
    counted = Counter(source for source in sources if source != REPEATABLE)
    faults += [
        f"Cột «{words.get(source, source)}» có {number} lần; mỗi nguồn số liệu chỉ một cột."
        for source, number in counted.items()
        if number > 1
    ]
    return faults
