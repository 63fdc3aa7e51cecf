"""Letters and Roman numerals that number the items of Vietnamese official papers."""

_ITEM_LETTERS = "abcdđeghiklmnopqrstuvxy"
_ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)
_ROMAN_LIMIT = 4000


def item_letter(position: int) -> str:
    """Return the letter of the item at a position from 1: a, b, c, d, đ, e, g, h, i, k, …, y.

    ă, â, ê, ô, ơ, ư and f, j, w, z number nothing. No rule says what follows y; here aa, ab, ….
    """
    if position < 1:
        msg = f"items are counted from 1: {position}"
        raise ValueError(msg)
    letters = ""
    while position:
        position, index = divmod(position - 1, len(_ITEM_LETTERS))
        letters = _ITEM_LETTERS[index] + letters
    return letters


def roman(n: int) -> str:
    """Return 1 to 3999 in capital Roman numerals."""
    if not 0 < n < _ROMAN_LIMIT:
        msg = f"only 1 to 3999 can be written in Roman numerals: {n}"
        raise ValueError(msg)
    numeral = ""
    for value, sign in _ROMAN:
        times, n = divmod(n, value)
        numeral += sign * times
    return numeral
