"""Sheets whose words only the reading side knows: bound fields in texts, sources of columns."""

from typing import Any

from courses.resources.book import PROGRAMMES, SlotSheet
from quotas.resources.book import QUOTAS
from reports.appendices.columns import UnknownSource, kind_of
from reports.fields import Fault, Field, Kind, parse
from trainingplan.models import Appendix
from trainingplan.resources.book import BookResource, Faults
from trainingplan.resources.book_columns import Directory, Scene
from trainingplan.resources.book_plan import APPENDICES, ColumnSheet, SectionSheet
from trainingplan.rules.text import quoted

ADVICE = "Xem các trường ở mục «Số liệu trong lời văn» của docs/workbook.md."


def field_faults(sheet: BookResource, instance: Any, *names: str) -> dict[str, str]:
    """By name of the text what in it looks like a field and is none, or names what is neither there nor in the file.

    What is taken back stood before, whatever it named.
    """
    found = {}
    for name in names:
        for token in parse(getattr(instance, name) or ""):
            if isinstance(token, Fault):
                found[name] = f"{token.field}: {token.message} {ADVICE}"
            elif isinstance(token, Field) and not sheet.taking_back and (why := _why_unknown(token, sheet.scene)):
                found[name] = f"{token}: {why}"
    return found


def _why_unknown(field: Field, scene: Scene) -> str:
    match field.kind:
        case Kind.QUOTA | Kind.SUM | Kind.CLASSES:
            return next(filter(None, (_why_no_quota(key, scene) for key in field.keys)), "")
        case Kind.PROGRAMME if (field.argument,) not in scene.keys_of(PROGRAMMES):
            return _unknown("chương trình", field.argument, PROGRAMMES)
        case Kind.APPENDIX if (field.argument,) not in scene.keys_of(APPENDICES):
            return _unknown("phụ lục", field.argument, APPENDICES)
    return ""


def _why_no_quota(key: str, scene: Scene) -> str:
    quotas = [known for known in scene.keys_of(QUOTAS) if key in (known[-1], "/".join(known))]
    if len(quotas) > 1:
        return f"nhiều chương trình có chỉ tiêu {quoted(key)}. Ghi khóa chương trình/khóa chỉ tiêu."
    return "" if quotas else _unknown("chỉ tiêu", key, QUOTAS)


def _unknown(what: str, key: str, directory: Directory) -> str:
    return f"không có {what} {quoted(key)}. Sửa khóa trong lời văn, hoặc thêm {what} ấy ở sheet «{directory.sheet}»."


class TextSheet(SectionSheet):
    def problems_of(self, instance: Any) -> dict[str, str]:
        return super().problems_of(instance) | field_faults(self, instance, "heading", "body", "closing")


class ItemSheet(SlotSheet):
    def problems_of(self, instance: Any) -> dict[str, str]:
        return super().problems_of(instance) | field_faults(self, instance, "label", "body")


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
