"""What is not whole, not ours or not wanted changes nothing; a restore that is broken off leaves the old or the new."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from tests.cast import make_province
from tests.trainingplan.backup_cast import KEY, KILLED, killed_at, state_of
from trainingplan.backup import filling, restoring, writing
from trainingplan.backup.filling import triggers
from trainingplan.backup.restoring import restore_backup
from trainingplan.backup.sealing import CHUNK, BackupRefused, Key, SealedWriter, sealed_chunks
from trainingplan.backup.writing import write_backup
from trainingplan.models import Job, JobFile, Plan, UnitGroup, User

pytestmark = pytest.mark.django_db(transaction=True)
OTHER_KEY = Key(b"o" * 32)


def sealed(content: bytes, key: Key | None) -> bytes:
    file = BytesIO()
    writer = SealedWriter(file, key)
    writer.write(content)
    writer.close()
    return file.getvalue()


def opened(content: bytes, key: Key | None) -> bytes:
    return b"".join(sealed_chunks(BytesIO(content), key))


@pytest.mark.parametrize("key", [KEY, None], ids=["sealed", "plain"])
@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_is_sealed_is_opened_as_it_was(key: Key | None, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert opened(sealed(content, key), key) == content


@pytest.mark.parametrize("key", [KEY, None], ids=["sealed", "plain"])
def test_no_chunk_is_moved_left_out_added_or_altered_unnoticed(key: Key | None) -> None:
    whole = sealed(b"a" * CHUNK + b"b" * CHUNK + b"c", key)
    head = whole.index(b"}\n") + 2
    length = 4 + int.from_bytes(whole[head : head + 4], "big")
    first, second, last = (
        whole[head : head + length],
        whole[head + length : head + 2 * length],
        whole[head + 2 * length :],
    )
    start = whole[:head]
    assert opened(start + first + second + last, key) == b"a" * CHUNK + b"b" * CHUNK + b"c"
    altered = bytearray(whole)
    altered[head + length + 99] ^= 1
    wrong = [
        start + second + first + last,
        start + first + last,
        start + first + second,
        start,
        start + first + second + last[:-1],
    ]
    for content in [
        *wrong,
        start + first + second + last + last,
        bytes(altered),
        whole + b"x",
        whole.replace(b'{"', b'{ "', 1),
    ]:
        with pytest.raises(BackupRefused, match=r"bị hỏng|không phải"):
            opened(content, key)


@pytest.fixture
def filled(empty: str, storage: Path, tmp_path: Path) -> Path:
    """A backup of a province, and a database `empty` that has something else in it."""
    province = make_province()
    job = Job.objects.create(
        kind="x", title="x", asked_by=province.hoa, asked_as="x", asked_at=timezone.now(), queued_at=timezone.now()
    )
    file = JobFile(job=job, attempt=1, name="a.pdf", content_type="x", size=3, sha256="0" * 64)
    file.stored.save("a.pdf", ContentFile(b"pdf"), save=True)
    write_backup(tmp_path / "a.khdt", key=KEY)
    default_storage.delete(file.stored.name)
    UnitGroup.objects.using(empty).create(key="khac", name="Khối khác", position=9)
    return tmp_path / "a.khdt"


def test_a_wrong_backup_is_refused_before_anything_is_written(filled: Path, empty: str, tmp_path: Path) -> None:
    whole, before = filled.read_bytes(), state_of(empty)
    write_backup(tmp_path / "plain.khdt", key=None)
    plain = (tmp_path / "plain.khdt").read_bytes()
    cases: dict[str, tuple[bytes, Key | None, str]] = {
        "cut": (whole[:-1], KEY, "cắt cụt"),
        "cut in the middle": (plain[: len(plain) // 2], None, "cắt cụt"),
        "altered": (whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:], KEY, "bị hỏng"),
        "altered plain": (plain[:5000] + bytes([plain[5000] ^ 1]) + plain[5001:], None, "bị hỏng"),
        "wrong key": (whole, OTHER_KEY, "Sai khóa"),
        "no key": (whole, None, "Hãy đặt khóa đó"),
        "plain among sealed": (plain, KEY, "không mã hóa.*--plain"),
        "another cipher": (whole.replace(b'"AES-256-GCM"', b'"AES-256-GCX"', 1), KEY, "phần đầu"),
        "no mark of a key": (whole.replace(b'"key"', b'"kex"', 1), KEY, "phần đầu"),
        "no backup": (b"SQLite format 3\x00" + whole, KEY, "không phải là bản sao lưu"),
        "nothing": (b"", KEY, "không phải là bản sao lưu"),
    }
    for name, (content, key, words) in cases.items():
        (tmp_path / "wrong.khdt").write_bytes(content)
        with pytest.raises(BackupRefused, match=words):
            restore_backup(tmp_path / "wrong.khdt", key=key, using=empty, replace=True)
        assert state_of(empty) == before, name
    with pytest.raises(BackupRefused, match="Không đọc được"):
        restore_backup(tmp_path / "none.khdt", key=KEY, using=empty, replace=True)


def test_a_database_that_is_not_empty_is_replaced_on_request_only(filled: Path, empty: str) -> None:
    before = state_of(empty)
    with pytest.raises(BackupRefused, match=r"đã có dữ liệu \(bảng trainingplan_unitgroup\).*--replace"):
        restore_backup(filled, key=KEY, using=empty)
    assert state_of(empty) == before
    restore_backup(filled, key=KEY, using=empty, replace=True)
    assert Plan.objects.using(empty).get().year == Plan.objects.get().year
    assert not UnitGroup.objects.using(empty).filter(key="khac").exists()


def test_a_backup_of_another_version_is_refused_by_name(
    filled: Path, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, head = state_of(empty), writing._head  # noqa: SLF001 - what another version would write

    def newer(alias: str) -> dict[str, Any]:
        told = head(alias)
        told["backup"]["migrations"].append(["budget", "0999_later"])
        return told

    with monkeypatch.context() as patch:
        patch.setattr(writing, "_head", newer)
        write_backup(tmp_path / "newer.khdt", key=KEY)
        patch.setattr(writing, "FORMAT", 2)
        write_backup(tmp_path / "format.khdt", key=KEY)
    for name, words in (("newer", "bản sao lưu có thêm: budget.0999_later"), ("format", "phiên bản khác")):
        with pytest.raises(BackupRefused, match=words):
            restore_backup(tmp_path / f"{name}.khdt", key=KEY, using=empty, replace=True)
    assert state_of(empty) == before


def test_what_does_not_come_out_as_it_was_is_undone(
    filled: Path, empty: str, storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, guards, fill = state_of(empty), triggers(empty), filling.fill

    def lose_a_row(table: Any, lines: Iterator[str], using: str) -> None:
        if table.model is User:
            next(lines)
        fill(table, lines, using)

    monkeypatch.setattr(restoring, "fill", lose_a_row)
    with pytest.raises(BackupRefused, match="còn nguyên như trước"):
        restore_backup(filled, key=KEY, using=empty, replace=True)
    assert (state_of(empty), triggers(empty)) == (before, guards)
    assert [path for path in storage.rglob("*") if path.is_file()] == []


def test_a_file_of_that_name_with_another_content_is_not_overwritten(filled: Path, empty: str) -> None:
    before, name = state_of(empty), JobFile.objects.get().stored.name
    default_storage.save(name, ContentFile(b"khac"))
    with pytest.raises(BackupRefused, match="nội dung khác"):
        restore_backup(filled, key=KEY, using=empty, replace=True)
    assert state_of(empty) == before


def test_killed_at_any_point_it_leaves_the_old_or_the_new(filled: Path, empty: str) -> None:
    old, guards, seen = state_of(empty), triggers(empty), []
    statement = 1
    while (ended := killed_at(statement, empty, restored_from(filled))) == KILLED:
        seen.append(state_of(empty))
        assert triggers(empty) == guards
        statement = statement * 2 + 7
    new = state_of(empty)
    assert ended == 0
    assert new != old
    assert len(seen) > 4
    assert [state for state in seen if state not in (old, new)] == []


def restored_from(backup: Path) -> Callable[[str], object]:
    return lambda alias: restore_backup(backup, key=KEY, using=alias, replace=True)
