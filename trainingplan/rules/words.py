"""Numbers in Vietnamese words, as official budget papers write an amount in words.

Conventions, where usage differs:

- "linh", "nghìn", "tỷ" (not "lẻ", "ngàn", "tỉ"): the northern forms that State papers use.
- "tư" only after "mươi" ("hai mươi tư"), else "bốn" ("mười bốn", "linh bốn"): the form taught at
  school and safe to read back, since "tư" never opens a group.
- "mốt" and "lăm" after "mươi", "lăm" after "mười", "năm" after "linh".
- A later group is read with its hundreds ("không trăm linh năm"), so that no digit can be
  slipped in; a group of three zeros is left out.
"""

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_AFTER_TEN = {5: "lăm"}
_AFTER_TENS = {1: "mốt", 4: "tư", 5: "lăm"}
_BILLION = 10**9
_LIMIT = 10**18


def amount_in_words(n: int) -> str:
    """Read a number from 0 to below 10^18: 1005 → "một nghìn không trăm linh năm"."""
    if not 0 <= n < _LIMIT:
        msg = f"only 0 to below 10^18 can be read: {n}"
        raise ValueError(msg)
    return " ".join(_read(n)) if n else _DIGITS[0]


def money_in_words(n: int) -> str:
    """Read an amount of đồng, with a capital: "Hai triệu không trăm bốn mươi nghìn đồng"."""
    words = amount_in_words(n)
    return f"{words[0].upper()}{words[1:]} đồng"


def _read(n: int) -> list[str]:
    billions, n = divmod(n, _BILLION)
    words = [*_read(billions), "tỷ"] if billions else []
    for size, name in ((10**6, ["triệu"]), (10**3, ["nghìn"]), (1, [])):
        group, n = divmod(n, size)
        if group:
            words += [*_read_group(group, full=bool(words)), *name]
    return words


def _read_group(group: int, *, full: bool) -> list[str]:
    """Read 1 to 999; ``full`` names the hundreds even when there are none."""
    hundreds, rest = divmod(group, 100)
    named = hundreds > 0 or full
    words = [_DIGITS[hundreds], "trăm"] if named else []
    tens, units = divmod(rest, 10)
    if tens == 0:
        linh = ["linh"] if named else []
        return [*words, *linh, _DIGITS[units]] if units else words
    words += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    special = _AFTER_TEN if tens == 1 else _AFTER_TENS
    return [*words, special.get(units, _DIGITS[units])] if units else words
