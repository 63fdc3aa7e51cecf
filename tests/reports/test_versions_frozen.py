"""What was published never changes: through no door, whatever becomes of units, norms, forms and templates."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from budget.models import NormSet
from budget.services.lines import remove_line
from courses.models import Institution, Programme, Slot
from quotas.models import Quota
from quotas.services.approvals import submit_allocations
from quotas.services.ceilings import add_sub_quota, save_caps, save_reserves
from quotas.services.cells import CellInput, save_allocations, save_registrations
from quotas.services.quotas import set_held, set_quota_number
from quotas.services.rounds import set_round
from reports.models import Version, VersionFile
from reports.rules.compare import digest
from reports.rules.outline import Move
from reports.services.outline import add_section, move_section, remove_section
from reports.services.submittals import open_amendment, submit_plan
from reports.snapshot import take_snapshot
from reports.versions import Damaged, data_of, find_file
from tests.budget.lines import add_line, make_sources
from tests.issuing import Office
from tests.loaded import FACTS
from tests.office import sheet, signed_in, upload
from tests.triggers import without_triggers
from trainingplan.models import Participant, Plan, Section, Succession, User
from trainingplan.services.refusals import Refused

pytestmark = pytest.mark.usefixtures("quick_files")
KEPT = r"chỉ được ghi thêm, không sửa"
FOREIGN = r"không có trong danh sách tệp"


@pytest.fixture
def published(office: Office) -> Version:
    sources = make_sources()
    Section.objects.filter(key="muc-i").update(body="Cử {quota:hcm} và {quota:kv3} theo Phụ lục {appendix:1}.")
    Section.objects.create(
        plan=office.plan, key="muc-ii", position=2, marker="II.", heading="KINH PHÍ", body="{budget} đồng."
    )
    add_line(office.province, {sources[0].pk: 40_000_000})
    Slot.objects.create(programme=Programme.objects.get(), position=1, label="Đối tượng", body="cán bộ")
    return office.issued()


def by_orm(row: models.Model) -> list[Callable[[], Any]]:
    rows = type(row)._default_manager.filter(pk=row.pk)
    return [
        lambda: rows.update(id=row.pk),
        rows.delete,
        row.delete,
        row.save,
        lambda: rows._raw_delete(rows.db),  # noqa: SLF001 - the quickest way past signals and collectors
    ]


def by_sql(row: models.Model) -> list[str]:
    table = row._meta.db_table
    columns = ", ".join(f'"{field.column}"' for field in row._meta.concrete_fields)
    copy = f"SELECT {columns} FROM {table}"  # noqa: S608 - the model's own names
    statements = [
        f"UPDATE {table} SET id = id",  # noqa: S608
        f"DELETE FROM {table}",  # noqa: S608
        f"INSERT INTO {table} ({columns}) {copy} WHERE true ON CONFLICT (id) DO UPDATE SET id = excluded.id",
    ]
    if connection.vendor == "postgresql":
        return [*statements, f"TRUNCATE {table} CASCADE"]
    return [*statements, f"INSERT OR REPLACE INTO {table} ({columns}) {copy}", f"UPDATE OR REPLACE {table} SET id = id"]  # noqa: S608


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_no_door_changes_a_version_or_its_files(published: Version) -> None:
    file = published.files.order_by("pk").last()
    assert file is not None
    connection.check_constraints()  # PostgreSQL truncates nothing while checks are pending, trigger or not
    before = [list(model._default_manager.order_by("pk").values()) for model in (Version, VersionFile)]
    for row in (published, file):
        statements = [lambda statement=statement: run(statement) for statement in by_sql(row)]
        for act in (*by_orm(row), *statements):
            # What a version's own files keep from going, the ORM does not even ask the database to delete.
            with (
                pytest.raises((DatabaseError, ProtectedError), match=rf"{KEPT}|protected foreign keys"),
                transaction.atomic(),
            ):
                act()
    assert [list(model._default_manager.order_by("pk").values()) for model in (Version, VersionFile)] == before


def test_a_version_takes_no_other_files_and_its_plan_stays(published: Version) -> None:
    mine = {"version": published, "content_type": "text/plain", "size": 1, "content": b"x"}
    digest_of = published.files.values_list("sha256", flat=True)[0]
    for name, sha in (("khac.txt", "0" * 64), ("khac.txt", digest_of), ("ke-hoach.html", "0" * 64), ("", "")):
        with pytest.raises(DatabaseError, match=rf"{FOREIGN}|{KEPT}"), transaction.atomic():
            VersionFile.objects.create(name=name, sha256=sha, **mine)
    with pytest.raises(ProtectedError):
        published.plan.delete()


def doors(office: Office) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Every kind of door to what the plan says."""
    cast, plan, hoa = office.province, office.plan, office.province.hoa
    cell = CellInput(cast.son_tinh.pk, cast.kv3.pk, "1", 1)
    line = plan.budget_lines.get()
    soon = timezone.now() + timedelta(days=3)
    yield "allocations", lambda: save_allocations(plan=plan, cells=[cell], actor=hoa)
    yield "registrations", lambda: save_registrations(plan=plan, unit=cast.son_tinh, cells=[cell], actor=hoa)
    yield "of the unit", lambda: save_registrations(plan=plan, unit=cast.binh_son, cells=[], actor=cast.alice)
    yield "caps", lambda: save_caps(plan=plan, cells=[cell], actor=hoa)
    yield "reserves", lambda: save_reserves(plan=plan, cells=[cell], actor=hoa)
    yield "sub-quota", lambda: add_sub_quota(plan=plan, quota_id=cast.kv3.pk, name="nữ", number=1, actor=hoa)
    yield "number", lambda: set_quota_number(quota=cast.kv3, number=99, actor=hoa)
    yield "held", lambda: set_held(quota=cast.kv3, held=0 if cast.kv3.held else 1, actor=hoa)
    yield "approvals", lambda: submit_allocations(plan=plan, quota_ids=[cast.kv3.pk], actor=hoa)
    yield "line", lambda: add_line(cast, {})
    yield "line removed", lambda: remove_line(plan=plan, line=line, version=line.version, actor=hoa)
    yield "round", lambda: set_round(plan=plan, closes_at=soon, reason="x", actor=hoa)
    yield "section added", lambda: add_section(plan=plan, actor=hoa, heading="MỚI")
    yield "section moved", lambda: move_section(plan=plan, key="muc-ii", move=Move.UP, actor=hoa)
    yield "section removed", lambda: remove_section(plan=plan, key="muc-ii", actor=hoa)
    yield "submitted", lambda: submit_plan(plan=plan, actor=hoa)


def went_through(act: Callable[[], Any]) -> bool:
    try:
        act()
    except Refused:
        return False
    return True


def test_services_refuse_what_is_issued_even_with_a_page_from_before(office: Office, published: Version) -> None:
    before = digest(take_snapshot(office.plan))
    assert [name for name, act in doors(office) if went_through(act)] == []
    assert digest(take_snapshot(office.plan)) == before == published.data_sha256


def test_the_back_office_and_its_imports_refuse(office: Office, published: Version) -> None:
    client = signed_in(office.province.hoa)
    rows: list[models.Model] = [
        office.plan,
        Section.objects.all()[0],
        Programme.objects.get(),
        Quota.objects.all()[0],
        office.province.appendix,
        Participant.objects.all()[0],
    ]
    for row in rows:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        assert client.post(reverse(f"{name}_change", args=[row.pk]), {"heading": "khác"}).status_code == 403, name
        client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}) if not isinstance(row, Plan) else None
    add = {
        "plan": office.plan.pk,
        "key": "muc-moi",
        "position": "9",
        "marker": "",
        "heading": "x",
        "body": "",
        "closing": "",
    }
    client.post(reverse("admin:trainingplan_section_add"), add)
    names = sheet(["Kế hoạch", "Khóa nội bộ", "Tên gọn"], ["2024", "cao-cap", "Khác"])
    upload(client, Programme, names)
    assert digest(take_snapshot(office.plan)) == published.data_sha256


def test_loading_refuses_what_would_change_the_plan(office: Office, published: Version, tmp_path: Path) -> None:
    """What belongs to no plan may go on changing."""
    for name, folder in (("plan.toml", tmp_path / "ke-hoach"), ("institutions.csv", tmp_path / "chung")):
        folder.mkdir()
        (folder / name).write_bytes((FACTS / name).read_bytes())
    with pytest.raises(CommandError, match="nội dung đã khóa; thư mục này sẽ sửa: kế hoạch"):
        call_command("load_plan", tmp_path / "ke-hoach", verbosity=0, stdout=StringIO())
    call_command("load_plan", tmp_path / "chung", verbosity=0, stdout=StringIO())
    assert Institution.objects.exists()
    assert digest(take_snapshot(office.plan)) == published.data_sha256


def shown(client: Client, version: Version) -> list[bytes]:
    """The page, without the frame around it, and every file."""
    address = reverse("plan-version", args=[version.plan.year, version.number])
    page = client.get(address).content
    found = [page[page.index(b'<header class="page-head') : page.index(b"</main>")]]
    for name in [*version.files.order_by("pk").values_list("name", flat=True), "sha256sums.txt"]:
        reply = client.get(f"{address}{name}")
        assert reply.status_code == 200, name
        found.append(reply.content)
    return found


def test_page_file_and_link_stay_the_same_whatever_happens(
    office: Office, published: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(office.leader)
    before = shown(client, published)
    cast = office.province
    cast.binh_son.names.update(name="Tên khác hẳn")
    Succession.objects.create(predecessor=cast.binh_son, successor=cast.son_tinh, effective_on=date(2025, 7, 1))
    User.objects.update(full_name="Người khác")
    NormSet.objects.create(
        key="nq", number="NQ 1", title="x", issued_on=date(2024, 1, 1), valid_from=date(2024, 1, 1), territory="x"
    )
    open_amendment(plan=office.plan, reason="Giao thêm", actor=cast.hoa)
    set_quota_number(quota=Quota.objects.get(key="kv3"), number=60, actor=cast.hoa)
    save_allocations(plan=office.plan, cells=office.moved(), actor=cast.hoa)
    Section.objects.update(heading="KHÁC")
    Plan.objects.update(subject="khác", signer_name="khác")
    monkeypatch.setattr("reports.exports.render", lambda *_: b"other")
    monkeypatch.setattr("reports.renderers.html.render_html", lambda *_: "other")
    assert shown(client, published) == before
    assert data_of(Version.objects.get())["quota"]["cao-cap/kv3"]["number"] == 45


def test_a_published_page_runs_nothing_and_fetches_nothing(office: Office, published: Version) -> None:
    address = reverse("plan-version-file", args=[2024, 1, "ke-hoach.html"])
    reply = signed_in(office.leader).get(address)
    policy = reply["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "unsafe" not in policy
    assert (reply["X-Frame-Options"], reply["X-Content-Type-Options"]) == ("SAMEORIGIN", "nosniff")
    assert "no-store" in reply["Cache-Control"]
    word = signed_in(office.leader).get(reverse("plan-version-file", args=[2024, 1, "ke-hoach.docx"]))
    assert word["Content-Disposition"].startswith("attachment")
    for name in ("khac.html", "..", "KE-HOACH.html"):
        assert signed_in(office.leader).get(address.replace("ke-hoach.html", name)).status_code in {301, 404}


def test_bytes_that_were_changed_behind_the_triggers_are_refused_not_served(office: Office, published: Version) -> None:
    out = StringIO()
    call_command("verify_versions", stdout=out)
    assert out.getvalue() == "Kế hoạch 2024, bản 1, số 12-KH/TU: 10 tệp, đúng như đã ban hành.\n"
    connection.check_constraints()  # PostgreSQL alters no table while checks are pending
    with without_triggers(connection):
        VersionFile.objects.filter(name="ke-hoach.pdf").update(content=b"forged")
        VersionFile.objects.filter(name="ke-hoach.txt").update(
            content=b"x", sha256="2d711642b726b04401627ca9fbac32f5" * 2
        )
        VersionFile.objects.filter(name="phu-luc-1.xlsx").delete()
        Version.objects.update(data='{"plan":{}}')
        connection.check_constraints()
    client = signed_in(office.leader)
    for name in ("ke-hoach.pdf", "ke-hoach.txt", "phu-luc-1.xlsx"):
        reply = client.get(reverse("plan-version-file", args=[2024, 1, name]))
        assert reply.status_code == 500
        assert "không được đưa ra" in reply.content.decode()
        assert b"forged" not in reply.content
    stored = Version.objects.get()
    with pytest.raises(Damaged, match="Dữ liệu của bản 1"):
        data_of(stored)
    assert find_file(stored, "ke-hoach.html") is not None
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_versions", stdout=out)
    assert out.getvalue().count("bản 1") == 5
    assert "Có 1 bản không còn như đã ban hành." in out.getvalue()


def test_a_paper_that_was_rewritten_behind_the_triggers_is_told_from_the_log(published: Version) -> None:
    connection.check_constraints()
    with without_triggers(connection):
        Version.objects.update(signer_name="Người khác")
        connection.check_constraints()
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_versions", stdout=out)
    assert "người ký hoặc mã SHA-256 của bản 1 không còn như nhật ký đã ghi" in out.getvalue()


def test_nothing_is_compared_with_damaged_data(office: Office, published: Version) -> None:
    board = signed_in(office.province.hoa)
    open_amendment(plan=office.plan, reason="x", actor=office.province.hoa)
    connection.check_constraints()
    with without_triggers(connection):
        Version.objects.update(data='{"plan":{}}')
        connection.check_constraints()
    fault = "Dữ liệu của bản 1 không còn là dữ liệu đã ban hành"
    issuing = board.get(reverse("plan-issue", args=[2024]))
    assert issuing.status_code == 200
    assert f"không so sánh được với bản trước. {fault}" in issuing.content.decode()
    with pytest.raises(Refused, match=fault):
        submit_plan(plan=office.plan, actor=office.province.hoa)
    page = reverse("plan-amendment", args=[2024])
    for reply in (
        board.get(f"{page}so-sanh.xlsx", follow=True),
        board.get(f"{page}ke-hoach-dieu-chinh.pdf", follow=True),
        board.post(f"{page}ly-do/", follow=True),
    ):
        assert reply.redirect_chain == [(page, 302)]
        assert fault in reply.content.decode()


def test_the_plan_of_another_year_is_untouched(office: Office) -> None:
    other = Plan.objects.create(
        year=2023, subject="x", parent_body="x", issuing_body="x", place="x", state="allocation"
    )
    before = Plan.objects.filter(pk=other.pk).values().get()
    office.issued()
    assert Plan.objects.filter(pk=other.pk).values().get() == before
    assert not Version.objects.filter(plan=other).exists()
    client = signed_in(office.leader)
    assert client.get("/2023/ke-hoach/phien-ban/1/").status_code == 404
    assert client.get("/2024/ke-hoach/phien-ban/2/").status_code == 404
