"""Quotas with their columns, and the cells, responses and nominations of a plan, from its folder."""

from django.utils import timezone

from courses.models import Institution
from quotas.locking import lock_quotas
from quotas.models import Allocation, Nomination, Person, Quota, Registration, Response
from quotas.models.cells import CellBase
from quotas.selectors.allocation import sums_by_quota
from quotas.services.bounds import nominated
from trainingplan.loading import LoadReport, PlanSource, Record, check_fields, upsert
from trainingplan.models import AppendixColumn, Plan, Unit

_QUOTA = (
    "position",
    "name",
    "short_name",
    "number",
    "qualifier",
    "counting_word",
    "open_clause",
    "mode",
    "payer",
    "class_count",
    "appendix_id",
)
_PERSON = ("unit_id", "full_name", "birth_year", "birth_month", "birth_day")
_NOMINATION_TEXTS = (
    "degree",
    "field_of_study",
    "institution",
    "mode",
    "duration",
    "funding",
    "planned_post",
    "class_name",
    "note",
)


def load(source: PlanSource) -> LoadReport:
    """Load quotas.toml, then allocations, registrations, responses and nominations, as far as the folder has them.

    What the files and the people who worked here have made together keeps within its ceilings, or nothing is loaded.
    """
    report = LoadReport()
    if source.plan is not None:
        lock_quotas(Quota.objects.filter(programme__plan=source.plan).values_list("pk", flat=True))
    for file, loader in (
        ("quotas.toml", _load_quotas),
        ("allocations.csv", _load_allocations),
        ("registrations.csv", _load_registrations),
        ("responses.csv", _load_responses),
        ("nominations.csv", _load_nominations),
    ):
        if source.has(file) and (plan := source.required_plan(file)):
            loader(source, plan, report)
    if source.plan is not None and not source.errors:
        _check_ceilings(source, source.plan)
    return report


def _check_ceilings(source: PlanSource, plan: Plan) -> None:
    """Refuse what gives more than there is, and people beyond the places that a unit has."""
    quotas = Quota.objects.filter(programme__plan=plan).in_bulk()
    allocated = sums_by_quota(Allocation, quotas)
    for pk, quota in quotas.items():
        if quota.number is not None and allocated.get(pk, 0) + quota.held > quota.number:
            words = f"đã phân bổ {allocated.get(pk, 0)}, giữ lại {quota.held}, nhiều hơn số lượng {quota.number}."
            source.refuse("allocations.csv", 0, f"chỉ tiêu «{quota.key}»: {words}")
    cells = Allocation.objects.filter(quota__in=quotas).values_list("unit_id", "quota_id", "number")
    given = {(unit_id, quota_id): number or 0 for unit_id, quota_id, number in cells}
    people = nominated(quotas)
    keys = dict(Unit.objects.filter(pk__in={unit_id for unit_id, _ in people}).values_list("pk", "key"))
    for (unit_id, quota_id), count in people.items():
        if count > given.get((unit_id, quota_id), 0):
            words = f"cử {count} người, chỉ được phân bổ {given.get((unit_id, quota_id), 0)}."
            source.refuse("nominations.csv", 0, f"đơn vị «{keys[unit_id]}», chỉ tiêu «{quotas[quota_id].key}»: {words}")


def _load_quotas(source: PlanSource, plan: Plan, report: LoadReport) -> None:
    programmes = {programme.key: programme for programme in plan.programmes.all()}
    appendices = {str(appendix.number): appendix for appendix in plan.appendices.all()}
    places: dict[str, int] = {}
    wanted: list[Quota] = []
    sound: list[Record] = []
    for record in source.entries("quotas.toml", "quota"):
        programme = record.required_pick("programme", programmes, "chương trình")
        quota = _quota(record)
        if (number := record.integer("appendix")) is not None:
            quota.appendix = record.find("appendix", str(number), appendices, "phụ lục")
        if check_fields(record, quota, exclude=["position"]) and programme:
            places[programme.key] = places.get(programme.key, 0) + 1
            quota.programme, quota.position = programme, places[programme.key]
            wanted.append(quota)
            sound.append(record)
        else:
            source.mark_broken(quota.key)
    existing = Quota.objects.filter(programme__plan=plan)
    stored = upsert(report, existing, wanted, key=("programme_id", "key"), fields=_QUOTA)
    quotas = [stored[(quota.programme_id, quota.key)] for quota in wanted]
    _set_institutions(sound, quotas, report)
    _set_columns(source, plan, report)


def _quota(record: Record) -> Quota:
    return Quota(
        key=record.required("key"),
        name=record.required("name"),
        short_name=record.required("short_name"),
        number=record.integer("number"),
        qualifier=record.required("qualifier"),
        counting_word=record.text("counting_word"),
        open_clause=record.text("open_clause"),
        mode=record.text("mode"),
        payer=record.text("payer") or Quota.Payer.PROVINCE,
        class_count=record.integer("class_count"),
    )


def _set_institutions(records: list[Record], quotas: list[Quota], report: LoadReport) -> None:
    known = {institution.key: institution for institution in Institution.objects.all()}
    through = Quota.institutions.through
    stored = set(through.objects.filter(quota__in=quotas).values_list("quota_id", "institution_id"))
    wanted = set()
    for record, quota in zip(records, quotas, strict=True):
        for key in record.texts("institutions"):
            if institution := record.find("institutions", key, known, "cơ sở đào tạo"):
                wanted.add((quota.pk, institution.pk))
    missing, gone = wanted - stored, stored - wanted
    through.objects.bulk_create(through(quota_id=one, institution_id=school) for one, school in sorted(missing))
    for one, school in gone:
        through.objects.filter(quota_id=one, institution_id=school).delete()
    report.note_second_step(Quota, len({one for one, _ in missing | gone}))


def _set_columns(source: PlanSource, plan: Plan, report: LoadReport) -> None:
    """Give each column of appendices.toml that names a quota to that quota."""
    quotas = {quota.key: quota for quota in Quota.objects.filter(programme__plan=plan)}
    found = AppendixColumn.objects.filter(appendix__plan=plan).values_list("appendix__number", "position", "pk")
    columns = {(number, position): pk for number, position, pk in found}
    changed = []
    for record in filter(lambda record: record.sound, source.entries("appendices.toml", "appendix")):
        for position, item in enumerate(record.tables("columns"), 1):
            quota = item.pick("quota", quotas, "chỉ tiêu")
            column = columns.get((record.number("number"), position))
            if quota and quota.column_id != column:
                quota.column_id = column
                changed.append(quota)
    Quota.objects.filter(pk__in=[quota.pk for quota in changed]).update(column=None)
    Quota.objects.bulk_update(changed, ["column"])
    report.note_second_step(Quota, len(changed))


def _load_allocations(source: PlanSource, plan: Plan, report: LoadReport) -> None:
    wanted: list[Allocation] = []
    for record, quota, unit in _places(source, plan, "allocations.csv"):
        cell = Allocation(quota=quota, unit=unit, number=record.number("number"), note=record.text("note"))
        _stamp(source, cell)
        if check_fields(record, cell):
            wanted.append(cell)
    existing = Allocation.objects.filter(quota__programme__plan=plan)
    fields = ("number", "note", "illustrative")
    upsert(report, existing, wanted, key=("quota_id", "unit_id"), fields=fields, scope=("quota_id",), touch=_touch)


def _load_registrations(source: PlanSource, plan: Plan, report: LoadReport) -> None:
    wanted: list[Registration] = []
    for record, quota, unit in _places(source, plan, "registrations.csv"):
        cell = Registration(quota=quota, unit=unit, number=record.integer("number"), note=record.text("note"))
        cell.no_need = record.flag("no_need")
        _stamp(source, cell)
        if cell.no_need != (cell.number is None):
            record.refuse("number", "phải có số, hoặc no_need là «có», và chỉ một trong hai.")
        if check_fields(record, cell):
            wanted.append(cell)
    existing = Registration.objects.filter(quota__programme__plan=plan)
    fields = ("number", "no_need", "note", "illustrative")
    upsert(report, existing, wanted, key=("quota_id", "unit_id"), fields=fields, scope=("unit_id",), touch=_touch)


def _places(source: PlanSource, plan: Plan, file: str) -> list[tuple[Record, Quota, Unit]]:
    """The rows of a file of cells with the quota and the participating unit that each names, once each."""
    quotas = {quota.key: quota for quota in Quota.objects.filter(programme__plan=plan)}
    units = {participant.unit.key: participant.unit for participant in plan.participants.select_related("unit")}
    found: dict[tuple[int, int], tuple[Record, Quota, Unit]] = {}
    for record in source.table(file):
        quota = record.required_pick("quota", quotas, "chỉ tiêu")
        unit = record.required_pick("unit", units, "đơn vị tham gia kế hoạch")
        if quota is None or unit is None:
            continue
        if (quota.pk, unit.pk) in found:
            line = found[quota.pk, unit.pk][0].line
            record.refuse("unit", f"ô «{unit.key}» × «{quota.key}» đã có ở dòng {line}.")
        found[quota.pk, unit.pk] = (record, quota, unit)
    return list(found.values())


def _stamp(source: PlanSource, cell: CellBase) -> None:
    cell.illustrative, cell.updated_at = source.illustrative, timezone.now()


def _touch(cell: CellBase) -> None:
    cell.version, cell.updated_at = cell.version + 1, timezone.now()


def _load_responses(source: PlanSource, plan: Plan, report: LoadReport) -> None:
    """Responses are only ever added: from then on they belong to the unit and the Board."""
    participants = {row.unit.key: row for row in plan.participants.select_related("unit")}
    wanted = []
    for record in source.table("responses.csv"):
        participant = record.required_pick("unit", participants, "đơn vị tham gia kế hoạch")
        response = Response(participant=participant, state=record.required("state"))
        response.illustrative = source.illustrative
        if response.state in (Response.State.SENT, Response.State.ACCEPTED):
            response.sent_at = plan.registration_opens_at or timezone.now()
        if check_fields(record, response):
            wanted.append(response)
    existing = Response.objects.filter(participant__plan=plan)
    upsert(report, existing, wanted, key=("participant_id",), fields=())


def _load_nominations(source: PlanSource, plan: Plan, report: LoadReport) -> None:
    rows = _nominated(source, plan, report)
    people = [_person(record, unit) for record, _, unit in rows]
    stored = upsert(
        report,
        Person.objects.filter(unit__in={unit for _, _, unit in rows}),
        [person for person, (record, _, _) in zip(people, rows, strict=True) if check_fields(record, person)],
        key=_PERSON,
        fields=("name_sort", "name_search", "sex", "job_title", "ethnicity", "education", "illustrative"),
    )
    wanted = []
    for person, (record, quota, unit) in zip(people, rows, strict=True):
        nomination = Nomination(quota=quota, unit=unit, reserve=record.flag("reserve"))
        nomination.illustrative = source.illustrative
        for name in _NOMINATION_TEXTS:
            setattr(nomination, name, record.text(name))
        if check_fields(record, nomination):
            nomination.person = stored[tuple(getattr(person, name) for name in _PERSON)]
            wanted.append(nomination)
    existing = Nomination.objects.filter(quota__programme__plan=plan)
    fields = ("unit_id", "reserve", *_NOMINATION_TEXTS, "illustrative")
    upsert(report, existing, wanted, key=("quota_id", "person_id"), fields=fields)


def _nominated(source: PlanSource, plan: Plan, report: LoadReport) -> list[tuple[Record, Quota, Unit]]:
    """The rows of nominations.csv; without the illustrative ones of a roster that real people have begun."""
    quotas = {quota.key: quota for quota in Quota.objects.filter(programme__plan=plan)}
    units = {unit.key: unit for unit in Unit.objects.all()}
    begun = Nomination.objects.filter(quota__programme__plan=plan, illustrative=False)
    real = set(begun.values_list("quota_id", flat=True))
    rows = []
    for record in source.table("nominations.csv"):
        quota = record.required_pick("quota", quotas, "chỉ tiêu")
        unit = record.required_pick("unit", units, "đơn vị")
        if quota and unit and quota.pk in real and source.illustrative:
            record.taken.update(record.values)
            report.kept[str(Nomination._meta.verbose_name)] += 1
        elif quota and unit:
            rows.append((record, quota, unit))
    return rows


def _person(record: Record, unit: Unit) -> Person:
    person = Person(unit=unit, full_name=record.required("full_name"), sex=record.required("sex"))
    if birth := record.partial_date("birth"):
        person.birth_year, person.birth_month, person.birth_day = birth.year, birth.month, birth.day
    person.job_title, person.ethnicity = record.text("job_title"), record.text("ethnicity")
    person.education, person.illustrative = record.text("education"), record.source.illustrative
    person.set_name_keys()
    return person
