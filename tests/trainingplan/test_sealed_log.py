"""The sealed change log: tampering of five kinds is found, and writers and sealers do not harm each other."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.test import override_settings
from django.utils import timezone

from tests.cast import Province
from tests.triggers import without_triggers
from trainingplan import sealed_log
from trainingplan.models import Change, LogPart, LogSeal, User
from trainingplan.rules.seals import as_ranges, from_ranges
from trainingplan.sealed_log import Anchor, check_log
from trainingplan.services.changes import Entry, record
from trainingplan.services.seals import log_head, seal_log

ROUNDS = 100 if connection.vendor == "sqlite" else 25
"""Of each kind. What finds them reads rows and hashes them, whichever database gives the rows."""


def write(actor: User | None, count: int, start: int = 0) -> None:
    rows = range(start, start + count)
    record(
        [Entry("quota", row, f"chỉ tiêu {row}", "number", str(row), str(row + 1)) for row in rows],
        actor=actor,
        plan=None,
        reason="Ủy ban đề nghị",
    )


def many_acts(actor: User) -> None:
    for act in range(30):
        write(actor, 1 + act % 7, act * 10)
    assert seal_log() == 30
    connection.check_constraints()  # PostgreSQL alters no table while checks are pending


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def keys() -> list[int]:
    return list(Change.objects.order_by("pk").values_list("pk", flat=True))


def alter(dice: random.Random) -> None:
    key, name = dice.choice(keys()), dice.choice(["old", "new", "reason", "label", "actor_name", "at", "row", "field"])
    value = timezone.now() if name == "at" else "bị sửa"
    Change.objects.filter(pk=key).update(**{name: value})


def delete(dice: random.Random) -> None:
    Change.objects.filter(pk=dice.choice(keys())).delete()


def insert(dice: random.Random) -> None:
    """At the end, or in the place of a row that another one has pushed aside."""
    copy = Change.objects.get(pk=dice.choice(keys()))
    copy.pk, copy.new = max(keys()) + dice.randint(1, 9), "chèn"
    copy.save(force_insert=True)


def swap(dice: random.Random) -> None:
    one, other = (Change.objects.get(pk=key) for key in dice.sample(keys(), 2))
    one.pk, other.pk = other.pk, one.pk
    for change in (one, other):
        change.save(force_update=True)


def cut(dice: random.Random) -> None:
    """The tail with its parts and links, as one would who knows how the log is sealed."""
    last = LogSeal.objects.order_by("-position")[: dice.randint(1, 20)]
    links = list(last.values_list("position", flat=True))
    parts = list(LogPart.objects.filter(seal__position__in=links))
    LogSeal.objects.filter(position__in=links).delete()
    LogPart.objects.filter(pk__in=[part.pk for part in parts]).delete()
    for part in parts:
        for first, end in from_ranges(part.rows):
            Change.objects.filter(pk__range=(first, end)).delete()


def cut_rows(dice: random.Random) -> None:
    Change.objects.filter(pk__in=keys()[-dice.randint(1, 40) :]).delete()


@pytest.mark.parametrize("tamper", [alter, delete, insert, swap, cut, cut_rows])
def test_tampering_is_found_every_time(tamper: Callable[[random.Random], None], province: Province) -> None:
    many_acts(province.hoa)
    head = log_head()
    assert head is not None
    anchor = Anchor("Bản 1", head.position, head.digest[:16])
    assert check_log([anchor]).faults == []
    dice, found = random.Random(tamper.__name__), 0  # noqa: S311 - not for secrets
    with without_triggers(connection):
        for _ in range(ROUNDS):
            with undone():
                tamper(dice)
                found += bool(check_log([anchor]).faults)
    assert found == ROUNDS
    assert check_log([anchor]).faults == []


def test_a_chain_made_anew_after_tampering_does_not_lead_to_the_noted_head(province: Province) -> None:
    many_acts(province.hoa)
    head = log_head()
    assert head is not None
    with without_triggers(connection):
        LogSeal.objects.all().delete()
        connection.check_constraints()
    seal_log()
    assert check_log().faults == []
    assert "chuỗi đã bị thay" in check_log([Anchor("Bản 1", head.position, head.digest)]).faults[0]


def test_a_part_that_boasts_of_billions_of_rows_is_found_and_holds_nobody_up(province: Province) -> None:
    write(province.hoa, 3)
    connection.check_constraints()
    with without_triggers(connection):
        LogPart.objects.update(rows="1-9999999999")
        connection.check_constraints()
    assert any("Nhật ký mất 9." in fault for fault in check_log().faults)


def test_a_part_takes_in_what_other_writers_interleave(province: Province) -> None:
    """Keys of one writing need not follow each other on PostgreSQL."""
    assert as_ranges([9, 5, 7, 6]) == "5-7,9"
    assert list(from_ranges("5-7,9")) == [(5, 7), (9, 9)]
    write(province.hoa, 3)
    assert (check_log().rows, check_log().unsealed) == (3, 1)


@pytest.mark.django_db
def test_what_is_written_past_the_log_s_only_writer_has_no_seal() -> None:
    Change.objects.create(batch=uuid4(), at=timezone.now(), actor_name="x", table="plan", row="1", field="x")
    assert "bị chèn thêm" in check_log().faults[0]


@pytest.mark.django_db(transaction=True)
def test_what_is_written_while_the_log_is_read_is_not_taken_for_slipped_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*given: Any) -> None:
        write(None, 2, start=9)
        check_coverage(*given)

    write(None, 3)
    check_coverage = sealed_log._check_coverage  # noqa: SLF001 - between two of its readings
    monkeypatch.setattr(sealed_log, "_check_coverage", late)
    assert (check_log().faults, Change.objects.count()) == ([], 5)


@pytest.mark.django_db(transaction=True)
def test_writers_and_sealers_at_once_leave_one_whole_chain() -> None:
    def work(sealing: bool) -> None:  # noqa: FBT001
        try:
            for turn in range(15):
                if sealing:
                    seal_log(quick=bool(turn % 2))
                else:
                    with transaction.atomic():
                        write(None, 3)
        finally:
            connections.close_all()

    with override_settings(SEAL_LOG_SECONDS=0.001):
        threads = [Thread(target=work, args=(number < 2,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    seal_log()
    check = check_log()
    assert (check.faults, check.rows, check.links, check.unsealed) == ([], 180, 60, 0)
