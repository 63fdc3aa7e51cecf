"""The kernel's part of a plan's folder: units, the plan, its text and appendices, demonstration users."""

import datetime as dt
from typing import TypeVar

from django.db.models import Model
from django.utils import timezone

from trainingplan.loading.source import PLAN_FILE, PlanSource, Record
from trainingplan.loading.units import load_units, units_by_key
from trainingplan.loading.writing import LoadReport, check_fields, upsert
from trainingplan.locking import hold_plan
from trainingplan.models import Appendix, AppendixColumn, Participant, Plan, Section, UnitGroup, User
from trainingplan.policies import FROZEN

M = TypeVar("M", bound=Model)

USERS_FILE = "users.csv"
_HEAD = ("subject", "parent_body", "issuing_body", "place")
_OPTIONAL_HEAD = ("title", "symbol", "signing_authority", "signer_title", "signer_name", "recipients", "profile")


def load(source: PlanSource) -> LoadReport:
    """Load units, the plan with its sections and appendices, and its participants; sets `source.plan`."""
    report = LoadReport()
    load_units(source, report)
    _load_plan(source, report)
    if source.plan is not None:
        _load_sections(source, source.plan, report)
        _load_appendices(source, source.plan, report)
        _load_participants(source, source.plan, report)
        _open_round(source, source.plan, report)
    return report


def load_demo_users(source: PlanSource, password: str) -> tuple[list[User], list[User]]:
    """Create the users of the folder that do not exist; return those created and those that were there already."""
    units = units_by_key()
    wanted = []
    for record in source.table(USERS_FILE):
        unit = record.pick("unit", units, "đơn vị")
        user = User(username=record.required("username"), full_name=record.required("full_name"), is_demo=True)
        user.role, user.unit = record.required("role"), unit
        if check_fields(record, user, exclude=["password"]):
            wanted.append(user)
    stored = {user.username: user for user in User.objects.filter(username__in=[user.username for user in wanted])}
    new = [user for user in wanted if user.username not in stored]
    for user in new:
        user.set_password(password)
        user.save()
    return new, list(stored.values())


def _load_plan(source: PlanSource, report: LoadReport) -> None:
    if not source.has(PLAN_FILE):
        return
    year = source.head.number("year")
    if not source.head.sound:
        return
    stored = Plan.objects.filter(year=year).first()
    if stored is not None:
        stored = hold_plan(stored)
        source.frozen = stored.state in FROZEN
    records = source.entries(PLAN_FILE, "plan")
    if records:
        source.plan = _write_plan(records[0], stored, year, report)
    elif stored is None:
        source.head.refuse("year", f"chưa có kế hoạch năm {year}; hãy nạp thư mục của kế hoạch đó trước.")
    else:
        source.plan = stored


def _write_plan(record: Record, stored: Plan | None, year: int, report: LoadReport) -> Plan:
    plan = Plan(year=year, illustrative=record.source.illustrative)
    for name in _HEAD:
        setattr(plan, name, record.required(name))
    for name in _OPTIONAL_HEAD:
        if record.has(name):
            setattr(plan, name, record.text(name))
    plan.state, plan.number = record.text("state") or Plan.State.DRAFT, record.text("number")
    plan.issued_on = record.day("issued_on")
    if not check_fields(record, plan):
        # The folder is refused; a plan that will be rolled back lets the other files tell their errors as well.
        return stored or Plan.objects.create(year=year)
    # State, number and date belong to the plan's own life: only the first load sets them.
    fields = (*_HEAD, *_OPTIONAL_HEAD, "illustrative")
    return upsert(report, [stored] if stored else [], [plan], key=("year",), fields=fields)[(year,)]


def _load_sections(source: PlanSource, plan: Plan, report: LoadReport) -> None:
    wanted: dict[str, Section] = {}
    parents: dict[str, str] = {}
    for position, record in enumerate(source.entries("sections.toml", "section"), 1):
        section = Section(plan=plan, key=record.required("key"), position=position)
        section.marker, section.heading = record.text("marker"), record.text("heading")
        section.body, section.closing = record.text("body"), record.text("closing")
        record.pick("parent", wanted, "mục đứng trước")
        if section.key in wanted:
            record.refuse("key", f"«{section.key}» đã có ở trên.")
        if check_fields(record, section):
            wanted[section.key] = section
            parents[section.key] = record.text("parent")
        else:
            source.mark_broken(section.key)
    fields = ("position", "marker", "heading", "body", "closing")
    stored = upsert(report, plan.sections.all(), list(wanted.values()), key=("key",), fields=fields)
    _hang_sections({section.key: section for section in stored.values()}, parents, report)


def _hang_sections(sections: dict[str, Section], parents: dict[str, str], report: LoadReport) -> None:
    """Set the parents once every section has its id."""
    hung = []
    for key, above in parents.items():
        parent = sections.get(above)
        if sections[key].parent_id != (parent.pk if parent else None):
            sections[key].parent = parent
            hung.append(sections[key])
    Section.objects.bulk_update(hung, ["parent"])
    report.note_second_step(Section, len(hung))


def _load_appendices(source: PlanSource, plan: Plan, report: LoadReport) -> None:
    records = source.entries("appendices.toml", "appendix")
    wanted: list[Appendix] = []
    sound: list[Record] = []
    for record in records:
        appendix = Appendix(plan=plan, number=record.number("number"), kind=record.required("kind"))
        appendix.title, appendix.unit_line = record.required("title"), record.text("unit_line")
        appendix.notes, appendix.landscape = record.text("notes"), record.flag("landscape")
        appendix.show_empty_units = record.flag("show_empty_units")
        if check_fields(record, appendix):
            wanted.append(appendix)
            sound.append(record)
        else:
            source.mark_broken(str(appendix.number))
    fields = ("kind", "title", "unit_line", "notes", "landscape", "show_empty_units")
    stored = upsert(report, plan.appendices.all(), wanted, key=("number",), fields=fields)
    columns: list[AppendixColumn] = []
    for record, appendix in zip(sound, wanted, strict=True):
        columns += _columns(record, stored[(appendix.number,)])
    upsert(
        report,
        AppendixColumn.objects.filter(appendix__plan=plan),
        columns,
        key=("appendix_id", "position"),
        fields=("source", "head", "group_head", "width"),
    )


def _columns(record: Record, appendix: Appendix) -> list[AppendixColumn]:
    """The columns of an appendix; which quota a column prints is read by the quotas' loader."""
    columns = []
    for position, item in enumerate(record.tables("columns"), 1):
        column = AppendixColumn(appendix=appendix, position=position, source=item.required("source"))
        column.head, column.group_head = item.required("head"), item.text("group_head")
        column.width = item.number("width")
        if check_fields(item, column):
            columns.append(column)
    return columns


def _load_participants(source: PlanSource, plan: Plan, report: LoadReport) -> None:
    units = units_by_key()
    groups = {group.key: group for group in UnitGroup.objects.all()}
    wanted: list[Participant] = []
    places: dict[str, int] = {}
    for record in source.table("participants.csv"):
        unit = record.required_pick("unit", units, "đơn vị")
        group = record.required_pick("group", groups, "khối")
        if unit and group:
            places[group.key] = places.get(group.key, 0) + 1
            wanted.append(Participant(plan=plan, unit=unit, group=group, position=places[group.key]))
    upsert(report, plan.participants.all(), wanted, key=("unit_id",), fields=("group_id", "position"))


def _open_round(source: PlanSource, plan: Plan, report: LoadReport) -> None:
    """Open the registration for so many days, once: a plan that has had a round keeps it."""
    for record in source.entries(PLAN_FILE, "round"):
        days = record.number("days")
        if plan.registration_opens_at or plan.state != Plan.State.DRAFT:
            continue
        now = timezone.localtime()
        last = dt.datetime.combine(now.date() + dt.timedelta(days=days), dt.time(17))
        plan.state, plan.registration_opens_at = Plan.State.REGISTRATION, now
        plan.registration_closes_at = timezone.make_aware(last)
        plan.save(update_fields=["state", "registration_opens_at", "registration_closes_at"])
        report.updated[str(Plan._meta.verbose_name)] += 1
