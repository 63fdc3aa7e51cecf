"""Sheets whose words only the reading side knows: bound fields in texts, sources of columns."""

from typing import Any

from courses.resources.book import SlotSheet
from reports.appendices.columns import UnknownSource, kind_of
from reports.fields import Fault, parse
from trainingplan.models import Appendix
from trainingplan.resources.book import Faults
from trainingplan.resources.book_plan import ColumnSheet, SectionSheet

ADVICE = "Xem các trường ở mục «Số liệu trong lời văn» của docs/workbook.md."


def field_faults(instance: Any, *names: str) -> dict[str, str]:
    """By name of the text what in it looks like a field and is none; whether a quota is there, the check tells."""
    found = {}
    for name in names:
        for token in parse(getattr(instance, name) or ""):
            if isinstance(token, Fault):
                found[name] = f"{token.field}: {token.message} {ADVICE}"
    return found


class TextSheet(SectionSheet):
    def problems_of(self, instance: Any) -> dict[str, str]:
        return super().problems_of(instance) | field_faults(instance, "heading", "body", "closing")


class ItemSheet(SlotSheet):
    def problems_of(self, instance: Any) -> dict[str, str]:
        return super().problems_of(instance) | field_faults(instance, "label", "body")


class SourceColumnSheet(ColumnSheet):
    def faults(self) -> Faults:
        """A column shows what its kind of appendix has."""
        kinds = dict(Appendix.objects.filter(plan=self.scene.plan).values_list("pk", "kind"))
        found = super().faults()
        for one in self.pending:
            try:
                kind_of(kinds[one.row.appendix_id], one.row.source)
            except UnknownSource as error:
                found[one.number] = "source", f"{error} Xem mục «Nguồn số liệu của cột» của docs/workbook.md."
        return found
