"""Fonts of the encodings before Unicode, known by their names."""

TCVN3, TCVN3_CAPITALS, VNI = "tcvn3", "tcvn3-caps", "vni"


def encoding_of(font: str) -> str:
    """The encoding of text in that font: of the .Vn fonts those ending in H draw capitals; none for the others."""
    name = font.strip().lower()
    if name.startswith(".vn"):
        return TCVN3_CAPITALS if name.split()[0].endswith("h") else TCVN3
    return VNI if name.startswith(("vni-", "vni ")) else ""
