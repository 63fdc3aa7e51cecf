"""Cost norms, kinds of class, sources and budget lines, from a plan's folder. Amounts are computed here, never read."""

from dataclasses import fields
from typing import Any

from budget.models import BudgetLine, BudgetShare, ClassKind, EstimateLine, FundSource, NormItem, NormSet, UsualCost
from budget.rules.costs import UNITS, Factor
from budget.services.estimates import CostData, CostsRefused, Estimate, estimate
from budget.services.lines import TABLE, LineData
from trainingplan.loading import LoadReport, PlanSource, Record, check_fields, upsert
from trainingplan.models import Change, Plan, UnitGroup
from trainingplan.rules.numbers import NumberRefused, format_money, parse_count, parse_money
from trainingplan.services.refusals import Refused

_LINE = ("position", "norm_set_id", "amount", "illustrative", *(field.name for field in fields(LineData)))
_COST = tuple(
    field.attname for field in EstimateLine._meta.concrete_fields if field.name not in ("id", "line", "position")
)
_USUAL = tuple(field.name for field in UsualCost._meta.concrete_fields if field.name not in ("id", "kind", "position"))


def load(source: PlanSource) -> LoadReport:
    """Load norms.toml, norm_items.csv, class_kinds.toml, fund_sources.csv, budget_lines.csv and estimate_lines.csv."""
    report = LoadReport()
    _load_norms(source, report)
    _load_kinds(source, report)
    _load_sources(source, report)
    if source.has("budget_lines.csv") and (plan := source.required_plan("budget_lines.csv")):
        _load_lines(source, plan, report)
    return report


def _load_norms(source: PlanSource, report: LoadReport) -> None:
    wanted = []
    for record in source.entries("norms.toml", "norm_set"):
        norm_set = NormSet(key=record.required("key"), number=record.required("number"))
        norm_set.title, norm_set.territory = record.required("title"), record.required("territory")
        norm_set.issued_on, norm_set.valid_from = record.required_day("issued_on"), record.required_day("valid_from")
        norm_set.valid_to = record.day("valid_to")
        norm_set.lessons_per_session = record.integer("lessons_per_session") or 4
        norm_set.legal_text = record.text("legal_text")
        if check_fields(record, norm_set):
            wanted.append(norm_set)
        else:
            source.mark_broken(norm_set.key)
    names = ("number", "title", "territory", "issued_on", "valid_from", "valid_to", "lessons_per_session", "legal_text")
    stored = upsert(report, NormSet.objects.all(), wanted, key=("key",), fields=names)
    _load_items(source, {norm_set.key: norm_set for norm_set in stored.values()}, report)


def _load_items(source: PlanSource, sets: dict[str, NormSet], report: LoadReport) -> None:
    wanted = []
    places: dict[str, int] = {}
    for record in source.table("norm_items.csv"):
        norm_set = record.required_pick("norm_set", sets, "bộ định mức")
        item = NormItem(key=record.required("key"), group=record.text("group"), name=record.required("name"))
        item.unit, item.kind = record.required("unit"), record.required("kind")
        item.level, item.note = record.money("level"), record.text("note")
        item.base, item.rank, item.clause = record.text("base"), record.text("rank"), record.text("clause")
        item.illustrative = source.illustrative
        if norm_set and check_fields(record, item, exclude=["position"]):
            places[norm_set.key] = item.position = places.get(norm_set.key, 0) + 1
            item.norm_set = norm_set
            wanted.append(item)
    names = ("position", "group", "name", "unit", "kind", "level", "base", "rank", "clause", "note", "illustrative")
    key, scope = ("norm_set_id", "key"), ("norm_set_id",)
    upsert(report, NormItem.objects.all(), wanted, key=key, fields=names, scope=scope)


def _load_kinds(source: PlanSource, report: LoadReport) -> None:
    wanted: list[ClassKind] = []
    usual: list[tuple[str, UsualCost]] = []
    for position, record in enumerate(source.entries("class_kinds.toml", "class_kind"), 1):
        kind = ClassKind(key=record.required("key"), name=record.required("name"), position=position)
        if check_fields(record, kind):
            wanted.append(kind)
        usual += [(kind.key, _usual(one, place)) for place, one in enumerate(record.tables("costs"), 1)]
    stored = upsert(report, ClassKind.objects.all(), wanted, key=("key",), fields=("name", "position"))
    costs = []
    for key, cost in usual:
        if (found := stored.get((key,))) is not None:
            cost.kind = found
            costs.append(cost)
    existing = UsualCost.objects.filter(kind__in=wanted and stored.values())
    upsert(report, existing, costs, key=("kind_id", "position"), fields=_USUAL)


def _usual(record: Record, position: int) -> UsualCost:
    cost = UsualCost(position=position, norm_key=record.required("norm"), content=record.text("content"))
    for place, item in enumerate(record.texts("factors")[:3], 1):
        unit, _, number = item.partition("=")
        setattr(cost, f"unit{place}", _unit(record, unit.strip()))
        setattr(cost, f"number{place}", _number(record, number) if number else None)
    check_fields(record, cost)
    return cost


def _unit(record: Record, unit: str) -> str:
    if unit not in UNITS:
        record.refuse("factors", f"không có thừa số «{unit}». Các thừa số: {', '.join(UNITS)}.")
    return unit


def _number(record: Record, typed: str) -> int:
    try:
        return parse_count(typed, noun="thừa số") or 0
    except NumberRefused as refused:
        record.refuse("factors", refused.message)
        return 0


def _load_sources(source: PlanSource, report: LoadReport) -> None:
    wanted = []
    for record in source.table("fund_sources.csv"):
        fund = FundSource(key=record.required("key"), name=record.required("name"))
        fund.position, fund.provincial = record.number("position"), record.flag("provincial")
        if check_fields(record, fund):
            wanted.append(fund)
        else:
            source.mark_broken(fund.key)
    names = ("name", "position", "provincial")
    upsert(report, FundSource.objects.all(), wanted, key=("key",), fields=names)


def _load_lines(source: PlanSource, plan: Plan, report: LoadReport) -> None:
    known: dict[str, dict[str, Any]] = {
        "programme": {programme.key: programme for programme in plan.programmes.all()},
        "kind": {kind.key: kind for kind in ClassKind.objects.all()},
        "bloc": {group.key: group for group in UnitGroup.objects.all()},
    }
    norm_sets = list(NormSet.objects.prefetch_related("items"))
    typed = _costs(source)
    wanted: dict[str, BudgetLine] = {}
    sound: list[Record] = []
    made: dict[str, Estimate] = {}
    for position, record in enumerate(source.table("budget_lines.csv"), 1):
        line = _line(record, plan, position)
        line.programme = record.pick("programme", known["programme"], "chương trình")
        line.kind = record.pick("kind", known["kind"], "loại lớp")
        line.bloc = record.pick("bloc", known["bloc"], "khối")
        if line.key in wanted:
            record.refuse("key", f"«{line.key}» đã có ở trên.")
        made[line.key] = _made(line, record, typed.pop(line.key, []), norm_sets)
        line.norm_set, line.amount = made[line.key].norm_set, made[line.key].total
        if check_fields(record, line):
            wanted[line.key] = line
            sound.append(record)
        else:
            source.mark_broken(line.key)
    for key, costs in typed.items():
        if not source.is_broken(key):
            costs[0][0].refuse("line", f"không có dòng kinh phí «{key}».")
    own = _changed_by_people(plan) if source.illustrative else {}
    if source.illustrative and not source.errors:
        _drop_invented(plan, {*wanted, *own}, report)
    if own:
        report.own[str(BudgetLine._meta.verbose_name)] = list(own.values())
    existing, lines = plan.budget_lines.all(), [line for key, line in wanted.items() if key not in own]
    stored = upsert(report, existing, lines, key=("key",), fields=_LINE, scope=("plan_id",), touch=_touch)
    written = [(record, stored.get((line.key,))) for record, line in zip(sound, wanted.values(), strict=True)]
    ours = [(record, line) for record, line in written if line and line.key not in own and not _is_kept(line, source)]
    _load_costs([(line, made[line.key]) for _, line in ours], report)
    _load_shares(ours, report)


def _changed_by_people(plan: Plan) -> dict[str, str]:
    """The illustrative lines that the log tells a change of, with their names: loading itself logs none of a line."""
    invented = plan.budget_lines.filter(illustrative=True).order_by("position")
    logged = set(Change.objects.filter(plan=plan, table=TABLE).values_list("row", flat=True))
    return {line.key: line.content for line in invented if str(line.pk) in logged}


def _drop_invented(plan: Plan, wanted: set[str], report: LoadReport) -> None:
    """Take out the illustrative lines that the illustrative folder does not name any more: its sum must hold.

    A line of which an amount was granted or settled stays, as `wanted` ones do.
    """
    untouched = plan.budget_lines.filter(granted__isnull=True, settled__isnull=True)
    gone = untouched.filter(illustrative=True).exclude(key__in=wanted)
    if count := len(gone):
        gone.delete()
        report.updated[str(BudgetLine._meta.verbose_name)] += count


def _costs(source: PlanSource) -> dict[str, list[tuple[Record, CostData]]]:
    """The costs of estimate_lines.csv by the key of their line."""
    found: dict[str, list[tuple[Record, CostData]]] = {}
    for record in source.table("estimate_lines.csv"):
        pairs = (item.partition("=") for item in record.texts("factors"))
        factors = tuple(Factor(_unit(record, unit.strip()), _number(record, number)) for unit, _, number in pairs)
        cost = CostData(record.text("norm"), record.text("content"), record.money("level"), factors)
        if record.sound:
            found.setdefault(record.required("line"), []).append((record, cost))
        else:
            source.mark_broken(record.text("line"))
    return found


def _made(line: BudgetLine, record: Record, costs: list[tuple[Record, CostData]], norm_sets: list[NormSet]) -> Estimate:
    """What the line comes to by its costs or its lump sum; what is refused is told at its own record."""
    if line.basis == BudgetLine.Basis.LUMP_SUM:
        return Estimate(None, (), line.rate)
    if not costs:
        if not record.source.is_broken(line.key):
            record.refuse("lump_sum", "chưa có số tiền trọn gói, cũng không có khoản nào trong estimate_lines.csv.")
        return Estimate(None, (), 0)
    try:
        return estimate(line.plan, line.opens_on, line.territory, [cost for _, cost in costs], norm_sets)
    except CostsRefused as refusal:
        for fault in refusal.faults:
            costs[fault.place][0].refuse(fault.field, fault.message)
        record.refused.add("lump_sum")
    except Refused as refusal:
        record.refuse(refusal.field, refusal.message)
    return Estimate(None, (), 0)


def _load_costs(rows: list[tuple[BudgetLine, Estimate]], report: LoadReport) -> None:
    wanted = []
    for line, made in rows:
        for cost in made.costs:
            cost.line = line
            wanted.append(cost)
    existing = EstimateLine.objects.filter(line__in=[line for line, _ in rows])
    stored = upsert(report, existing, wanted, key=("line_id", "position"), fields=_COST)
    gone = stored.keys() - {(cost.line_id, cost.position) for cost in wanted}
    if gone:
        EstimateLine.objects.filter(pk__in=[stored[key].pk for key in gone]).delete()
        report.updated[str(EstimateLine._meta.verbose_name)] += len(gone)


def _is_kept(line: BudgetLine, source: PlanSource) -> bool:
    """Whether people have made the line their own, so that its shares are theirs as well."""
    return source.illustrative and not line.illustrative


def _touch(line: BudgetLine) -> None:
    line.version += 1


def _load_shares(rows: list[tuple[Record, BudgetLine]], report: LoadReport) -> None:
    """Write what each source pays; `shares` is one source that pays all, or «source=amount» separated by «;»."""
    funds = {fund.key: fund for fund in FundSource.objects.all()}
    wanted: list[BudgetShare] = []
    for record, line in rows:
        shares = _shares(record, line, funds)
        if record.sound and sum(share.amount for share in shares) != line.amount:
            record.refuse("shares", f"các nguồn cộng lại phải bằng thành tiền {format_money(line.amount)}.")
        wanted += shares
    existing = BudgetShare.objects.filter(line__in=[line for _, line in rows])
    stored = upsert(report, existing, wanted, key=("line_id", "source_id"), fields=("amount",))
    gone = stored.keys() - {(share.line_id, share.source_id) for share in wanted}
    if gone:
        BudgetShare.objects.filter(pk__in=[stored[key].pk for key in gone]).delete()
        report.updated[str(BudgetShare._meta.verbose_name)] += len(gone)


def _shares(record: Record, line: BudgetLine, funds: dict[str, FundSource]) -> list[BudgetShare]:
    shares = []
    for item in record.texts("shares"):
        key, _, typed = item.partition("=")
        fund = record.find("shares", key.strip(), funds, "nguồn kinh phí")
        try:
            amount = parse_money(typed) if typed else line.amount
        except NumberRefused as refused:
            record.refuse("shares", refused.message)
            continue
        if fund and amount:
            shares.append(BudgetShare(line=line, source=fund, amount=amount))
    return shares


def _line(record: Record, plan: Plan, position: int) -> BudgetLine:
    line = BudgetLine(plan=plan, key=record.required("key"), position=position)
    line.group, line.content = record.required("group"), record.required("content")
    for name in ("audience", "place", "territory", "provider", "executor", "note"):
        setattr(line, name, record.text(name))
    line.classes = record.number("classes")
    for name in ("learners_per_class", "days", "months"):
        setattr(line, name, record.integer(name) or 0)
    for name in ("carried_over", "outside_plan", "self_funded"):
        setattr(line, name, record.flag(name))
    line.opens_on = record.day("opens_on")
    lump_sum = record.money("lump_sum")
    line.basis = BudgetLine.Basis.ESTIMATE if lump_sum is None else BudgetLine.Basis.LUMP_SUM
    line.rate = lump_sum or 0
    if not line.self_funded:
        record.required("shares")
    line.illustrative = record.source.illustrative
    return line
