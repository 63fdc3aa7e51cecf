"""System checks: what the machine must have so that documents print as they should."""

from collections.abc import Sequence
from subprocess import SubprocessError

from django.apps.config import AppConfig
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as CheckWarning

from reports.profiles import FONT_FAMILIES
from reports.renderers.fonts import Font, document_fonts

HINT = "Hãy cài gói fonts-liberation2 (Debian) rồi chạy lại."


@register("fonts")
def check_document_fonts(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:  # noqa: ARG001
    """Warn when PDFs would come out in another font than Times, or with letters of another font among them."""
    try:
        fonts = document_fonts()
    except (OSError, SubprocessError):
        hint = "Hãy cài gói fontconfig (Debian)."
        return [
            CheckWarning("Không kiểm tra được phông chữ của bản PDF: thiếu fc-match.", hint=hint, id="reports.W001")
        ]
    return [message for font in fonts for message in _messages(font)]


def _messages(font: Font) -> list[CheckMessage]:
    if font.family not in FONT_FAMILIES:
        text = f"Bản PDF sẽ in bằng phông {font.family}, không phải {' hay '.join(FONT_FAMILIES[:-1])}."
        return [CheckWarning(text, hint=HINT, obj=font.file, id="reports.W002")]
    if font.missing_letters:
        letters = " ".join(sorted(font.missing_letters))
        text = f"Phông {font.family} {font.style} thiếu {len(font.missing_letters)} chữ tiếng Việt: {letters}"
        return [CheckWarning(text, hint=HINT, obj=font.file, id="reports.W003")]
    return []
