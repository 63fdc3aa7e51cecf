"""What files may bring into programmes and institutions, or take out of them."""

from courses.resources.tables import (
    YEAR,
    InstitutionResource,
    ProgrammeResource,
    institution_key,
    institution_rows,
    programme_column,
    section_column,
)

__all__ = [
    "YEAR",
    "InstitutionResource",
    "ProgrammeResource",
    "institution_key",
    "institution_rows",
    "programme_column",
    "section_column",
]
