"""Issuing a plan: its data, all its files and their SHA-256 become a version, in one transaction or not at all."""

import re
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from copy import copy
from dataclasses import dataclass, replace
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from reports.amendment import Comparison, working_comparison
from reports.amendment_document import amendment_files, replaced_appendices
from reports.appendices import whole_province
from reports.appendices.columns import WrongDefinition
from reports.document import Document
from reports.exports import plan_documents
from reports.gates import Gates, examine
from reports.models import Amendment, Submittal, Version, VersionFile
from reports.moments import one_moment
from reports.rules.compare import Data, canonical_bytes, digest
from reports.snapshot import take_snapshot
from reports.version_files import manifest_of, render_files
from reports.versions import HEAVY, File, log_words
from trainingplan.models import Plan, User
from trainingplan.policies import Action, deciding_rights, may
from trainingplan.rules.dates import format_date
from trainingplan.services.catalogue import display
from trainingplan.services.changes import Entry, acting_name, record
from trainingplan.services.refusals import Refused
from trainingplan.services.seals import Head, log_head, seal_log

ATTEMPTS = 3
"""Common data – names of units, norms – may change while the files are made; then they are made again."""
_NUMBER = re.compile(r"(?:0[1-9]|[1-9][0-9]{1,5})[a-zđ]?")
_ONE_DIGIT = re.compile(r"^(?=[1-9](?![0-9]))")
_STORED = ("number", "issued_on", "signing_authority", "signer_title", "signer_name")


@dataclass(frozen=True, slots=True)
class Paper:
    """What is written on the paper that is signed. Fields are named as in the plan."""

    number: str
    issued_on: date
    signing_authority: str
    signer_title: str
    signer_name: str


@dataclass(frozen=True, slots=True)
class _Act:
    """Who issues what, and in whose right."""

    plan: Plan
    paper: Paper
    actor: User
    right_of: User
    waiting_pk: int | None = None

    @property
    def principal(self) -> User | None:
        return None if self.right_of == self.actor else self.right_of


@dataclass(frozen=True, slots=True)
class _Made:
    """What was made from one state of the plan, before anything is written."""

    submittal: Submittal
    sha256: str
    documents: tuple[Document, ...]
    gates: Gates
    comparison: Comparison | None
    replaced: tuple[Document, ...]
    """The appendices that an amendment replaces, attached to its own paper."""
    head: Head | None
    """The head of the change log, as the PDFs print it."""


class Steps:
    """What an issue tells of itself, and where it writes; a job has its own."""

    def progress(self, done: int, total: int, words: str) -> None:
        """How far the files are."""

    def transaction(self) -> AbstractContextManager[None]:
        """The one transaction that writes the version."""
        return transaction.atomic()

    def issued(self, version: Version) -> None:
        """Called within that transaction."""


class _Changed(Exception):  # noqa: N818 - no fault: what the files were made from no longer stands
    """Nothing is written; the files are made again."""


def issue_plan(
    *, plan: Plan, paper: Paper, actor: User, right_of: User, waiting_pk: int | None = None, steps: Steps | None = None
) -> Version:
    """Issue what was submitted; `right_of` is the actor or his principal of today. Raises Refused.

    The files are made from one state of the data and stored only if that state still stands, so the version is whole
    and of one piece. The first version gives the plan its number, date and signer; an amendment has its own. With
    `waiting_pk` only that submittal is issued, and none that came after it.
    """
    act, steps = _act(plan, paper, actor, right_of, waiting_pk), steps or Steps()
    for _ in range(ATTEMPTS):
        seal_log()
        made = _make(act)
        files = _render(act, made, steps)
        with suppress(_Changed), steps.transaction():
            version = _publish(act, made, files)
            steps.issued(version)
            return version
    raise Refused("Dữ liệu dùng chung (đơn vị, định mức) liên tục thay đổi trong lúc ban hành. Hãy ban hành lại.")


def check_issue(*, plan: Plan, paper: Paper, actor: User, right_of: User) -> Submittal:
    """The submittal that these people may issue now, on this paper, through all gates. Raises Refused."""
    with one_moment():
        return _examined(_act(plan, paper, actor, right_of))[1]


def _act(plan: Plan, paper: Paper, actor: User, right_of: User, waiting_pk: int | None = None) -> _Act:
    number = _ONE_DIGIT.sub("0", paper.number, count=1)
    return _Act(plan, replace(paper, number=number), actor, right_of, waiting_pk)


def _examined(act: _Act) -> tuple[Plan, Submittal, Gates]:
    plan = Plan.objects.get(pk=act.plan.pk)
    submittal = _check(plan, act)
    _dress(plan, act.paper, submittal)
    gates = examine(plan)
    if gates.closed:
        raise Refused(f"Chưa ban hành được. {gates.why_closed}")
    return plan, submittal, gates


def _make(act: _Act) -> _Made:
    with one_moment():
        plan, submittal, gates = _examined(act)
        comparison = _compare(plan, act.paper)
        try:
            documents = plan_documents(plan, plan.appendices.all(), whole_province())
            replaced = _replaced(comparison, act.paper)
        except WrongDefinition as wrong:
            raise Refused(f"Chưa ban hành được: có phụ lục không in được. {wrong}") from wrong
        return _Made(submittal, digest(take_snapshot(plan)), tuple(documents), gates, comparison, replaced, log_head())


def _render(act: _Act, made: _Made, steps: Steps) -> tuple[File, ...]:
    """All files; an amendment's own paper and table come first."""
    seal = made.head.words if made.head else ""
    files = render_files(made.documents, made.gates, seal, steps.progress)
    if made.comparison is None:
        return files
    paper = act.paper
    return (
        *amendment_files(made.comparison, made.replaced, number=paper.number, dated=paper.issued_on, seal=seal),
        *files,
    )


def _replaced(comparison: Comparison | None, paper: Paper) -> tuple[Document, ...]:
    if comparison is None:
        return ()
    return tuple(replaced_appendices(comparison, number=paper.number, dated=paper.issued_on))


def _compare(plan: Plan, paper: Paper) -> Comparison | None:
    """What an amendment changes, for the paper of those who sign it; None before the first version."""
    found = working_comparison(plan)
    signed = copy(plan)
    for name in ("signing_authority", "signer_title", "signer_name"):
        setattr(signed, name, getattr(paper, name))
    return replace(found, plan=signed) if found else None


def _publish(act: _Act, made: _Made, files: tuple[File, ...]) -> Version:
    """Write the version; raises _Changed when the plan is no longer what the files were made from."""
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=act.plan.pk)
    submittal = _check(plan, act)
    before = _shown(plan)
    _dress(plan, act.paper, submittal)
    plan.state = Plan.State.ISSUED
    data = take_snapshot(plan)
    if digest(data) != made.sha256 or submittal.pk != made.submittal.pk:
        raise _Changed
    plan.save(update_fields=["state", *_STORED])
    version = _version(plan, act, submittal, data)
    if made.head:
        version.log_position, version.log_digest = made.head.position, made.head.digest
    version.manifest = manifest_of(files)
    try:
        version.save()
    except IntegrityError as taken:  # Another plan was given the number just now: who looks again can say so.
        raise _Changed from taken
    _store(version, files)
    Submittal.objects.filter(pk=submittal.pk).update(state=Submittal.State.ISSUED)
    entries = _entries(plan, before, version)
    record(entries, actor=act.actor, on_behalf_of=act.principal, plan=plan, reason=version.reason)
    return version


def _version(plan: Plan, act: _Act, submittal: Submittal, data: Data) -> Version:
    amendment = Amendment.objects.filter(plan=plan, number=submittal.number).first()
    return Version(
        plan=plan,
        number=submittal.number,
        kind=Version.Kind.FIRST if submittal.number == 1 else Version.Kind.AMENDMENT,
        document_number=act.paper.number,
        symbol=plan.symbol,
        issued_on=act.paper.issued_on,
        issued_year=act.paper.issued_on.year,
        signing_authority=act.paper.signing_authority,
        signer_title=act.paper.signer_title,
        signer_name=act.paper.signer_name,
        reason=amendment.reason if amendment else "",
        issued_at=timezone.now(),
        issued_by=act.actor,
        on_behalf_of=act.principal,
        issued_by_name=acting_name(act.actor, act.principal),
        submitted_at=submittal.submitted_at,
        submitted_by=submittal.submitted_by,
        submitted_by_name=acting_name(submittal.submitted_by, None),
        data=canonical_bytes(data).decode(),
        data_sha256=digest(data),
    )


def _store(version: Version, files: Iterable[File]) -> None:
    VersionFile.objects.bulk_create(
        VersionFile(
            version=version,
            name=file.name,
            content_type=file.content_type,
            size=len(file.content),
            sha256=file.sha256,
            content=file.content,
        )
        for file in files
    )


def _dress(plan: Plan, paper: Paper, submittal: Submittal) -> None:
    """Give the plan what its paper says; an amended plan keeps the number, date and signer that it was issued with."""
    if submittal.number == 1:
        for name in _STORED:
            setattr(plan, name, getattr(paper, name))


def _check(plan: Plan, act: _Act) -> Submittal:
    """What waits for being issued. Raises Refused unless these people, as they stand now, may issue it so."""
    now = User.objects.in_bulk((act.actor.pk, act.right_of.pk))
    people = actor, right_of = now[act.actor.pk], now[act.right_of.pk]
    if right_of not in deciding_rights(actor) or not may(right_of, Action.ISSUE_PLAN):
        raise Refused("Bạn không có quyền ban hành kế hoạch, hoặc ủy quyền đã hết hiệu lực.")
    waiting = Submittal.objects.filter(plan=plan, state=Submittal.State.WAITING).select_related("submitted_by").first()
    if plan.state != Plan.State.SUBMITTED or waiting is None:
        raise Refused(_why_not_waiting(plan))
    if act.waiting_pk not in (None, waiting.pk):
        raise Refused("Kế hoạch đã được rút về và trình lại sau khi bạn bấm ban hành. Hãy xem lại rồi ban hành.")
    if waiting.submitted_by in people:
        raise Refused("Không ai ban hành kế hoạch do chính mình trình; người khác phải ban hành.")
    _check_paper(plan, act.paper, waiting)
    return waiting


def _why_not_waiting(plan: Plan) -> str:
    if plan.state == Plan.State.ISSUED and (last := Version.objects.filter(plan=plan).defer(*HEAVY).first()):
        when = f"{timezone.localtime(last.issued_at):%H:%M, %d/%m/%Y}"
        return f"Kế hoạch đã được {last.issued_by_name} ban hành lúc {when} (bản {last.number}, số {last.document})."
    return f"Kế hoạch đang ở bước «{plan.get_state_display()}», chưa được trình để ban hành."


def _check_paper(plan: Plan, paper: Paper, submittal: Submittal) -> None:
    if not _NUMBER.fullmatch(paper.number):
        raise Refused(
            "Số văn bản chỉ gồm chữ số, từ 01, có thể thêm một chữ cái; không ghi ký hiệu. Ví dụ: 215.", field="number"
        )
    for name, what in (("signer_title", "chức vụ người ký"), ("signer_name", "họ và tên người ký")):
        if not getattr(paper, name).strip():
            raise Refused(f"Cần ghi {what}.", field=name)
    _check_date(plan, paper.issued_on, submittal)
    same = Version.objects.filter(
        issued_year=paper.issued_on.year, document_number=paper.number, symbol=plan.symbol
    ).select_related("plan")
    if taken := same.defer(*HEAVY).first():
        used = f"{taken.plan}, bản {taken.number}"
        raise Refused(
            f"Số {taken.document} đã dùng trong năm {taken.issued_year} ({used}). Chọn số khác.", field="number"
        )


def _check_date(plan: Plan, day: date, submittal: Submittal) -> None:
    field = "issued_on"
    if day > timezone.localdate():
        raise Refused(f"Ngày ban hành {format_date(day)} chưa tới.", field=field)
    previous = Version.objects.filter(plan=plan, number__lt=submittal.number).defer(*HEAVY).first()
    if previous and day < previous.issued_on:
        before = format_date(previous.issued_on)
        raise Refused(f"Ngày ban hành không được trước ngày của bản {previous.number}, {before}.", field=field)
    if plan.registration_opens_at:
        opened = timezone.localdate(plan.registration_opens_at)
        if day < opened:
            raise Refused(f"Ngày ban hành không được trước ngày mở đăng ký, {format_date(opened)}.", field=field)


def _shown(plan: Plan) -> dict[str, str]:
    return {"state": plan.get_state_display()} | {name: display(getattr(plan, name)) for name in _STORED}


def _entries(plan: Plan, before: dict[str, str], version: Version) -> list[Entry]:
    after = _shown(plan)
    changed = [
        Entry(table="plan", row=plan.pk, label=str(plan), field=name, old=before[name], new=after[name])
        for name in after
        if before[name] != after[name]
    ]
    label, told = f"{plan}, bản {version.number}", log_words(version)
    return [*changed, Entry(table="version", row=version.pk, label=label, field="bản ban hành", old="", new=told)]
