"""The sheets of the workbook, in the order in which rows may name one another."""

from collections.abc import Collection

from budget.resources.book import KindSheet, NormSetSheet, NormSheet, SourceSheet, UsualCostSheet
from budget.resources.book_costs import CostSheet, ShareSheet
from budget.resources.book_execution import GrantedSheet, GrantSheet, SettledSheet
from budget.resources.book_lines import LineSheet
from courses.resources.book import InstitutionSheet, ProgrammeSheet
from quotas.resources.book import CapSheet, PhaseSheet, QuotaSheet, SubQuotaSheet
from quotas.resources.book_cells import AllocationSheet, RegistrationSheet, ResponseSheet, SubAllocationSheet
from quotas.resources.book_people import NominationSheet, PersonSheet
from reports.workbook.checked import ItemSheet, SourceColumnSheet, TextSheet
from trainingplan.resources.book import BookResource
from trainingplan.resources.book_columns import Scene
from trainingplan.resources.book_plan import AppendixSheet, ParticipantSheet, PlanSheet
from trainingplan.resources.book_units import (
    GroupSheet,
    NameSheet,
    PlacementSheet,
    StatusSheet,
    SuccessionSheet,
    UnitSheet,
)

READ_FIRST = "Đọc trước"

SHEETS: tuple[type[BookResource], ...] = (
    PlanSheet,
    GroupSheet,
    UnitSheet,
    NameSheet,
    PlacementSheet,
    StatusSheet,
    SuccessionSheet,
    ParticipantSheet,
    TextSheet,
    AppendixSheet,
    SourceColumnSheet,
    InstitutionSheet,
    ProgrammeSheet,
    ItemSheet,
    QuotaSheet,
    SubQuotaSheet,
    CapSheet,
    PhaseSheet,
    ResponseSheet,
    RegistrationSheet,
    AllocationSheet,
    SubAllocationSheet,
    PersonSheet,
    NominationSheet,
    SourceSheet,
    NormSetSheet,
    NormSheet,
    KindSheet,
    UsualCostSheet,
    LineSheet,
    CostSheet,
    ShareSheet,
    GrantSheet,
    GrantedSheet,
    SettledSheet,
)


def sheets_of(year: int, names: Collection[str] = ()) -> list[BookResource]:
    """The sheets of one plan's workbook, sharing what they know of one another; `names` are those the file has."""
    scene = Scene(year, sheets=names)
    return [sheet(year=year, scene=scene) for sheet in SHEETS]
