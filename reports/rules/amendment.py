"""Which differences of two states belong together: what people changed once is one item, with what follows from it."""

from collections.abc import Iterable
from dataclasses import dataclass

from reports.rules.compare import Changed, Difference

Anchor = tuple[str, ...]
"""Table, key of the row, and the field where each field is an item of its own; ORDER for places alone."""

ORDER = "order"
ROWS = frozenset({
    "allocation",
    "registration",
    "unitcap",
    "subquota",
    "suballocation",
    "nomination",
    "person",
    "budgetline",
    "normset",
    "normitem",
})  # fmt: skip
"""Tables of which a row is one item, whatever fields of it changed."""
PARTS = {"budgetshare": "budgetline", "estimateline": "budgetline"}
"""Rows that belong to a row of another table, whose key is theirs up to the first stroke."""
PLACES = {
    "section": frozenset({"position", "marker", "parent"}),
    "slot": frozenset({"position"}),
    "programme": frozenset({"position"}),
    "quota": frozenset({"position", "column"}),
    "participant": frozenset({"position"}),
    "unitgroup": frozenset({"position"}),
    "fundsource": frozenset({"position"}),
}
"""Fields that say in which order rows stand: they follow from rows that come and go."""
LISTED = {
    "unit": "unit",
    "institution": "institution",
    "fundsource": "source",
    "unitgroup": "group",
    "person": "person",
}
"""Tables of common data, of which a version keeps what its rows name; and the field that names it."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """One item: `main` is what was done, `rest` follows from it. Together they are in no other bundle."""

    anchor: Anchor
    main: tuple[Difference, ...]
    rest: tuple[Difference, ...] = ()

    @property
    def table(self) -> str:
        return self.anchor[0]

    @property
    def key(self) -> str:
        return self.anchor[1]

    @property
    def parts(self) -> tuple[Difference, ...]:
        return (*self.main, *self.rest)


def bundle(differences: Iterable[Difference]) -> tuple[Bundle, ...]:
    """All differences, each in exactly one bundle, in the order in which the bundles begin."""
    main: dict[Anchor, list[Difference]] = {}
    loose: list[Difference] = []
    for one in differences:
        if _follows(one):
            loose.append(one)
        else:
            main.setdefault(_anchor(one), []).append(one)
    rest: dict[Anchor, list[Difference]] = {}
    hosts = [_host(one, main) for one in loose]
    for one, host in zip(loose, hosts, strict=True):
        if host:
            rest.setdefault(host, []).append(one)
        else:
            main.setdefault(_anchor(one), []).append(one)
    return tuple(Bundle(anchor, tuple(found), tuple(rest.get(anchor, ()))) for anchor, found in main.items())


def _follows(one: Difference) -> bool:
    """Whether a difference may be the consequence of another."""
    if isinstance(one, Changed):
        return one.table == "person" or one.field in PLACES.get(one.table, ())
    return one.table in LISTED or one.table in ("slot", "quota_institutions")


def _anchor(one: Difference) -> Anchor:
    table = PARTS.get(one.table, one.table)
    key = one.key.partition("/")[0] if one.table in PARTS else one.key
    if one.table == "quota_institutions":
        return "quota", _of_quota(one.key), "institutions"
    if one.table == "appendixcolumn":
        return table, one.key.partition("/")[0]
    if isinstance(one, Changed) and one.field in PLACES.get(one.table, ()):
        return ORDER, one.table
    if isinstance(one, Changed) and table not in ROWS:
        return table, key, one.field
    return table, key


def _of_quota(key: str) -> str:
    """The quota of "programme/quota/…"."""
    return "/".join(key.split("/")[:2])


def _host(one: Difference, main: dict[Anchor, list[Difference]]) -> Anchor | None:
    """The bundle from which a difference follows, if there is one."""
    if isinstance(one, Changed) and one.table == "person":
        return next((anchor for anchor in main if anchor[0] == "nomination" and _last(anchor[1]) == one.key), None)
    if isinstance(one, Changed):
        came = (anchor for anchor, found in main.items() if not isinstance(found[0], Changed))
        return next((anchor for anchor in came if anchor[0] == one.table), None)
    if one.table == "slot":
        programme = "programme", str(one.row.get("programme", ""))
        return programme if programme in main else None
    if one.table == "quota_institutions":
        quota = "quota", _of_quota(one.key)
        return quota if quota in main else None
    field = LISTED[one.table]
    hosts = (anchor for anchor, found in main.items() if any(_names(part, field, one.key) for part in found))
    return next(hosts, None)


def _last(key: str) -> str:
    return key.rpartition("/")[2]


def _names(part: Difference, field: str, key: str) -> bool:
    """Whether a row that came or went names another."""
    if isinstance(part, Changed):
        return part.field == field and key in (str(part.old), str(part.new))
    return str(part.row.get(field, "")) == key
