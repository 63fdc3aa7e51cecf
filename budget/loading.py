"""Cost norms, sources of funds and budget lines, from a plan's folder. Amounts are computed here, never read."""

from budget.models import BudgetLine, BudgetShare, FundSource, NormItem, NormSet
from budget.rules import FACTORS, line_amount
from trainingplan.loading import LoadReport, PlanSource, Record, check_fields, upsert
from trainingplan.models import Plan
from trainingplan.rules.numbers import NumberRefused, format_money, parse_money

_LINE = (
    "programme_id",
    "position",
    "group",
    "content",
    "audience",
    "classes",
    "learners_per_class",
    "days",
    "basis",
    "rate",
    "amount",
    "executor",
    "note",
    "illustrative",
)


def load(source: PlanSource) -> LoadReport:
    """Load norms.toml, norm_items.csv, fund_sources.csv and budget_lines.csv, as far as the folder has them."""
    report = LoadReport()
    _load_norms(source, report)
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
        if check_fields(record, norm_set):
            wanted.append(norm_set)
        else:
            source.mark_broken(norm_set.key)
    fields = ("number", "title", "territory", "issued_on", "valid_from", "valid_to")
    stored = upsert(report, NormSet.objects.all(), wanted, key=("key",), fields=fields)
    _load_items(source, {norm_set.key: norm_set for norm_set in stored.values()}, report)


def _load_items(source: PlanSource, sets: dict[str, NormSet], report: LoadReport) -> None:
    wanted = []
    places: dict[str, int] = {}
    for record in source.table("norm_items.csv"):
        norm_set = record.required_pick("norm_set", sets, "bộ định mức")
        item = NormItem(key=record.required("key"), group=record.text("group"), name=record.required("name"))
        item.unit, item.kind = record.required("unit"), record.required("kind")
        item.level, item.note = record.money("level"), record.text("note")
        item.illustrative = source.illustrative
        if norm_set and check_fields(record, item, exclude=["position"]):
            places[norm_set.key] = item.position = places.get(norm_set.key, 0) + 1
            item.norm_set = norm_set
            wanted.append(item)
    fields = ("position", "group", "name", "unit", "kind", "level", "note", "illustrative")
    key, scope = ("norm_set_id", "key"), ("norm_set_id",)
    upsert(report, NormItem.objects.all(), wanted, key=key, fields=fields, scope=scope)


def _load_sources(source: PlanSource, report: LoadReport) -> None:
    wanted = []
    for record in source.table("fund_sources.csv"):
        fund = FundSource(key=record.required("key"), name=record.required("name"))
        fund.position, fund.provincial = record.number("position"), record.flag("provincial")
        if check_fields(record, fund):
            wanted.append(fund)
        else:
            source.mark_broken(fund.key)
    fields = ("name", "position", "provincial")
    upsert(report, FundSource.objects.all(), wanted, key=("key",), fields=fields)


def _load_lines(source: PlanSource, plan: Plan, report: LoadReport) -> None:
    programmes = {programme.key: programme for programme in plan.programmes.all()}
    wanted: dict[str, BudgetLine] = {}
    sound: list[Record] = []
    for position, record in enumerate(source.table("budget_lines.csv"), 1):
        line = _line(record, plan, position)
        line.programme = record.pick("programme", programmes, "chương trình")
        if line.key in wanted:
            record.refuse("key", f"«{line.key}» đã có ở trên.")
        if check_fields(record, line, exclude=() if line.basis in FACTORS else ["amount"]):
            wanted[line.key] = line
            sound.append(record)
    existing, lines = plan.budget_lines.all(), list(wanted.values())
    stored = upsert(report, existing, lines, key=("key",), fields=_LINE, scope=("plan_id",), touch=_touch)
    written = [(record, stored.get((line.key,))) for record, line in zip(sound, wanted.values(), strict=True)]
    _load_shares([(record, line) for record, line in written if line and not _is_kept(line, source)], report)


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
    line.audience, line.executor, line.note = record.text("audience"), record.text("executor"), record.text("note")
    line.classes = record.number("classes")
    line.learners_per_class, line.days = record.integer("learners_per_class") or 0, record.integer("days") or 0
    line.basis, line.rate = record.required("basis"), record.required_money("rate")
    record.required("shares")
    line.illustrative = record.source.illustrative
    if line.basis in FACTORS:
        factors = {"classes": line.classes, "learners_per_class": line.learners_per_class, "days": line.days}
        line.amount = line_amount(basis=line.basis, rate=line.rate, **factors)
    return line
