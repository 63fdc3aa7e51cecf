"""Cleaning what people type or paste, and the refusal that says what was wrong with it."""

import re
import unicodedata

LONGEST_TYPED = 40
"""No number or date is longer; whatever is, was pasted into the wrong field."""

_SHOWN_LENGTH, _LOOKED_AT = 24, 1_000
# Soft hyphen, zero-width space and joiners, left/right marks, word joiner, byte order mark: they
# come along from Word and the web, and nobody sees them. Overrides that reorder text (U+202E …)
# are not here: with those the screen shows another number than the characters say.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


class InputRefused(ValueError):  # noqa: N818 - the domain's word: a refusal, not a fault
    """What was typed is not accepted; ``message`` (Vietnamese) says why and what to type."""

    def __init__(self, *, typed: str, code: str, message: str) -> None:
        """Keep what was typed, a slug of the reason and the sentence for the reader."""
        super().__init__(message)
        self.typed = typed
        self.code = code
        self.message = message

    # Exceptions are copied by their positional arguments, and these have names only.
    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.typed, self.code, self.message)


def _rebuild(kind: type[InputRefused], typed: str, code: str, message: str) -> InputRefused:
    return kind(typed=typed, code=code, message=message)


def nfc(text: str) -> str:
    """Return the text in NFC, the one form in which text is stored and compared."""
    return unicodedata.normalize("NFC", text)


def without_invisible(text: str) -> str:
    """Remove the characters of no width that nobody sees on the screen."""
    return _INVISIBLE.sub("", text)


def clean(text: str | None) -> str:
    """Return the text in NFC, without invisible characters and without space at its ends."""
    if not text or text.isascii():
        return (text or "").strip()  # has neither, and is what most cells of a file hold
    return nfc(without_invisible(text)).strip()


def quoted(text: str) -> str:
    """Return the text as messages show it: «…», on one line, printable, shortened when long."""
    line = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(clean(text[:_LOOKED_AT]).split()))
    return f"«{line if len(line) <= _SHOWN_LENGTH else line[:_SHOWN_LENGTH] + '…'}»"


def has_foreign_digits(text: str) -> bool:
    """Tell whether the text has digits other than 0-9, such as full-width １２ or Arabic ١٢."""
    return any(not c.isascii() and c.isdigit() for c in text)


def with_plain_digits(text: str) -> str:
    """Return the text with every foreign digit replaced by its 0-9."""
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
