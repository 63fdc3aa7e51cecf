"""Programmes with their slots, and institutions, from a plan's folder."""

from courses.models import Institution, Programme, Slot
from trainingplan.loading import LoadReport, PlanSource, Record, check_fields, upsert
from trainingplan.models import Plan


def load(source: PlanSource) -> LoadReport:
    """Load institutions.csv, and programmes.toml in the order of its entries."""
    report = LoadReport()
    _load_institutions(source, report)
    if source.has("programmes.toml") and (plan := source.required_plan("programmes.toml")):
        _load_programmes(source, plan, report)
    return report


def _load_institutions(source: PlanSource, report: LoadReport) -> None:
    wanted = []
    for record in source.table("institutions.csv"):
        institution = Institution(key=record.required("key"), name=record.required("name"))
        institution.short_name = record.text("short_name")
        if check_fields(record, institution):
            wanted.append(institution)
        else:
            source.mark_broken(institution.key)
    upsert(report, Institution.objects.all(), wanted, key=("key",), fields=("name", "short_name"))


def _load_programmes(source: PlanSource, plan: Plan, report: LoadReport) -> None:
    sections = {section.key: section for section in plan.sections.all()}
    wanted: list[Programme] = []
    sound: list[Record] = []
    for position, record in enumerate(source.entries("programmes.toml", "programme"), 1):
        programme = Programme(plan=plan, key=record.required("key"), position=position)
        programme.code, programme.name = record.required("code"), record.required("name")
        programme.short_name, programme.nature = record.required("short_name"), record.required("nature")
        programme.section, programme.abroad = record.pick("section", sections, "mục"), record.flag("abroad")
        if check_fields(record, programme):
            wanted.append(programme)
            sound.append(record)
        else:
            source.mark_broken(programme.key)
    fields = ("position", "code", "name", "short_name", "nature", "section_id", "abroad")
    stored = upsert(report, plan.programmes.all(), wanted, key=("key",), fields=fields)
    slots = [
        slot
        for record, programme in zip(sound, wanted, strict=True)
        for slot in _slots(record, stored[(programme.key,)])
    ]
    existing = Slot.objects.filter(programme__plan=plan)
    upsert(report, existing, slots, key=("programme_id", "position"), fields=("label", "body"))


def _slots(record: Record, programme: Programme) -> list[Slot]:
    slots = []
    for position, item in enumerate(record.tables("slots"), 1):
        slot = Slot(programme=programme, position=position, label=item.required("label"), body=item.text("body"))
        if check_fields(item, slot):
            slots.append(slot)
    return slots
