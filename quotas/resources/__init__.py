"""What files may bring into quotas, people and the two grids, or take out of them."""

from quotas.resources.tables import (
    APPENDIX,
    NUMBER,
    PROGRAMME,
    VERSION,
    AllocationResource,
    BirthColumn,
    CellResource,
    PersonName,
    PersonResource,
    QuotaResource,
    RegistrationResource,
    appendix_column,
    place_in_appendix_column,
    quota_column,
)

__all__ = [
    "APPENDIX",
    "NUMBER",
    "PROGRAMME",
    "VERSION",
    "AllocationResource",
    "BirthColumn",
    "CellResource",
    "PersonName",
    "PersonResource",
    "QuotaResource",
    "RegistrationResource",
    "appendix_column",
    "place_in_appendix_column",
    "quota_column",
]
