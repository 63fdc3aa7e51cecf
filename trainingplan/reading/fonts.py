"""Fonts of the encodings before Unicode, known by their names."""

TCVN3, TCVN3_CAPITALS, VNI = "tcvn3", "tcvn3-caps", "vni"


def encoding_of(font: str) -> str:
    """The encoding of text in that font: of the .Vn fonts those that end in H draw capitals; none for the others."""
    name = font.strip()
    if name.lower().startswith(".vn"):
        return TCVN3_CAPITALS if name.endswith("H") else TCVN3
    return VNI if name.lower().startswith(("vni-", "vni ")) else ""
