"""Two who apply one batch at once, and one that is cut off half way: one effect, or none."""

from collections.abc import Callable

import pytest
from django.db import connection

from courses.models import Institution
from quotas.models import Person
from tests.batches import applied, previewed
from tests.cast import Province, make_province
from tests.office import sheet
from tests.quotas.test_races import race
from trainingplan.imports import batches
from trainingplan.imports.batches import ChangedSince
from trainingplan.imports.kinds import kinds
from trainingplan.imports.running import Judged, Task, judge
from trainingplan.imports.undo import undo
from trainingplan.models import Change, ImportBatch, ImportedRow
from trainingplan.services.refusals import Refused
from trainingplan.services.running import Cancelled

pytestmark = pytest.mark.django_db(transaction=True)

HEADS = ["Khóa", "Tên", "Tên viết tắt"]


@pytest.fixture
def province() -> Province:
    return make_province()


def tried(act: Callable[[], object]) -> Callable[[], str]:
    def job() -> str:
        try:
            act()
        except Refused:
            return "refused"
        finally:
            connection.close()
        return "done"

    return job


def fresh(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.select_related("by", "plan").get(pk=batch.pk)


def test_two_who_apply_a_batch_at_once_have_one_effect_and_so_have_two_who_undo_it(province: Province) -> None:
    batch = previewed("co-so-dao-tao", province.hoa, HEADS, ["hv", "Học viện", None])
    outcomes = race([tried(lambda: applied(fresh(batch), province.hoa)) for _ in range(3)])
    assert sorted(map(str, outcomes)) == ["done", "refused", "refused"]
    assert (Institution.objects.count(), ImportedRow.objects.count()) == (1, 1)
    assert Change.objects.values("batch").distinct().count() == 1
    outcomes = race([tried(lambda: undo(fresh(batch), actor=province.hoa)) for _ in range(2)])
    assert sorted(map(str, outcomes)) == ["done", "refused"]
    assert not Institution.objects.exists()


def test_others_write_while_a_file_is_previewed(province: Province) -> None:
    """On SQLite a transaction that writes keeps all others waiting: a preview is none of the database's own."""
    heads = ["Mã", "Khóa đơn vị", "Họ và tên", "Giới tính"]
    content = sheet(heads, [None, "huyen-uy-binh-son", "Nguyễn Văn Đức", "nam"])
    kind = kinds()["can-bo-theo-ma"]
    batch = batches.take_up(name="tep.xlsx", content=content, kind=kind, plan=None, actor=province.hoa)
    outcomes: list[object] = []

    def meanwhile(*_: object) -> None:
        outcomes.extend(race([tried(lambda: Institution.objects.create(key="hv", name="Học viện"))]))

    batches.preview(batch, progress=meanwhile)
    assert outcomes == ["done"]
    assert Institution.objects.exists(), "what others write meanwhile stands"
    assert (batch.state, batch.added, Person.objects.exists()) == ("previewed", 1, False)
    Institution.objects.all().delete()
    batches.apply(batch, mode="all", digest=batch.digest, actor=province.hoa, progress=meanwhile)
    assert outcomes == ["done", "done"], "and while its rows are judged to be written"
    assert Person.objects.exists()


@pytest.mark.parametrize(("field", "again"), [("full_name", True), ("job_title", False)])
def test_a_row_that_is_edited_after_it_was_judged(
    field: str,
    again: bool,  # noqa: FBT001
    province: Province,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another value of what the file changes asks for a new look; any other value stands beside the file's."""
    stored = Person.objects.create(unit=province.binh_son, full_name="Lê Thị Hà", sex="female")
    heads, values = ["Mã", "Khóa đơn vị", "Họ và tên"], [stored.pk, "huyen-uy-binh-son", "Lê Thị Hạ"]
    batch = previewed("can-bo-theo-ma", province.hoa, heads, values)

    def edited_after(task: Task) -> Judged | None:
        found = judge(task)
        Person.objects.filter(pk=stored.pk).update(**{field: "Lê Thị Hoa"})
        return found

    monkeypatch.setattr(batches, "judge", edited_after)
    if again:
        with pytest.raises(ChangedSince):
            applied(batch, province.hoa)
    else:
        assert applied(batch, province.hoa).state == "applied"
    stored.refresh_from_db()
    told = ("Lê Thị Hoa", "") if again else ("Lê Thị Hạ", "Lê Thị Hoa")
    assert (stored.full_name, stored.job_title) == told
    assert Change.objects.filter(table="person").exists() is not again


@pytest.mark.parametrize("act", ["apply", "cancel"])
def test_a_preview_that_ends_after_the_file_was_applied_or_given_up_leaves_that(act: str, province: Province) -> None:
    batch = previewed("co-so-dao-tao", province.hoa, HEADS, ["hv", "Học viện", None])
    acts: dict[str, Callable[[], object]] = {
        "apply": lambda: applied(fresh(batch), province.hoa),
        "cancel": lambda: batches.cancel(fresh(batch), actor=province.hoa),
    }

    def meanwhile(*_: object) -> None:
        if fresh(batch).state == "previewed":
            acts[act]()

    with pytest.raises(Refused, match="đã xong"):
        batches.preview(fresh(batch), progress=meanwhile)
    assert fresh(batch).state == {"apply": "applied", "cancel": "cancelled"}[act]
    assert (fresh(batch).log_batch is not None) is (act == "apply")


@pytest.mark.parametrize("when", ["reading", "writing"])
def test_a_batch_that_is_cut_off_leaves_nothing(when: str, province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    heads = ["Mã", "Khóa đơn vị", "Họ và tên", "Giới tính"]
    batch = previewed("can-bo-theo-ma", province.hoa, heads, [None, "huyen-uy-binh-son", "Nguyễn Văn Đức", "nam"])
    before = Change.objects.count()

    def cut_off(*_: object) -> None:
        raise Cancelled

    if when == "writing":
        monkeypatch.setattr(batches, "_keep", cut_off)
    progress = cut_off if when == "reading" else None
    with pytest.raises(Cancelled):
        batches.apply(batch, mode="all", digest=batch.digest, actor=province.hoa, progress=progress)
    assert not Person.objects.exists()
    assert (ImportedRow.objects.count(), Change.objects.count()) == (0, before)
    assert fresh(batch).state == "previewed"
