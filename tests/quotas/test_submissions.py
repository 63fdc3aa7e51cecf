"""A submit with a key has one effect, however often and however many at once it arrives."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quotas.models import Registration, Submission
from quotas.services.submissions import KEPT_FOR, MOST_PURGED, PURGED_EVERY, KeyReused, purge_submissions, run_once
from tests.cast import Province, make_province
from trainingplan.models import Change, User
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Refused

SUBMITS = 200
AT_ONCE = 20
"""Connections at a time: PostgreSQL gives a hundred to all."""


def crowd(job: Callable[[], Any]) -> list[Any]:
    """Run the job SUBMITS times from AT_ONCE threads that begin together, each with a connection of its own."""
    barrier = Barrier(AT_ONCE)

    def worker(_: int) -> list[Any]:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return [job() for _ in range(SUBMITS // AT_ONCE)]
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [result for results in pool.map(worker, range(AT_ONCE)) for result in results]


def leave_a_trace(user: User) -> dict[str, Any]:
    """An effect that can be counted."""
    entry = Entry(table="test", row=1, label="thử", field="x", old="", new="1")
    return {"batch": str(record([entry], actor=user, plan=None))}


@pytest.mark.django_db(transaction=True)
def test_two_hundred_identical_submits_have_one_effect_and_one_reply() -> None:
    hoa, key = make_province().hoa, uuid4()
    replies = crowd(lambda: run_once(key=key, user=hoa, payload=["a", 1], act=lambda: leave_a_trace(hoa)))
    assert len(replies) == SUBMITS
    assert len({reply["batch"] for reply in replies}) == 1
    assert Change.objects.filter(table="test").count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_looking_first_and_acting_then_has_several_effects() -> None:
    """If this fails, the test above proves nothing."""
    hoa, key = make_province().hoa, uuid4()
    together = Barrier(AT_ONCE)

    def naive() -> None:
        done = Submission.objects.filter(key=key).exists()
        if not done:
            together.wait(timeout=30)
            leave_a_trace(hoa)
            fresh = {"user": hoa, "digest": "", "reply": {}, "at": timezone.now()}
            Submission.objects.get_or_create(key=key, defaults=fresh)

    crowd(naive)
    assert Change.objects.filter(table="test").count() > 1


@pytest.mark.django_db(transaction=True)
def test_two_hundred_identical_saves_over_http() -> None:
    province = make_province()
    clients = [Client() for _ in range(AT_ONCE)]
    for client in clients:
        client.force_login(province.alice)
    url = reverse("registration-cells", kwargs={"year": 2024, "unit_key": province.binh_son.key})
    cell = {"unit": province.binh_son.pk, "quota": province.kv3.pk, "value": "7", "version": 0}
    body = json.dumps({"key": uuid4().hex, "cells": [cell]})

    def submit() -> tuple[int, bytes]:
        client = clients.pop()
        try:
            response = client.post(url, body, content_type="application/json")
            return response.status_code, response.content
        finally:
            clients.append(client)

    answers = crowd(submit)
    assert len(answers) == SUBMITS
    assert {status for status, _ in answers} == {200}
    assert len({content for _, content in answers}) == 1
    assert json.loads(answers[0][1])["cells"][0]["outcome"] == "saved"
    assert Registration.objects.get().version == 1
    assert Change.objects.filter(table="registration").count() == 1


def test_the_same_key_for_something_else_is_refused(province: Province) -> None:
    key = uuid4()
    reply = run_once(key=key, user=province.alice, payload={"a": 1, "b": 2}, act=lambda: {"done": 1})
    assert run_once(key=key, user=province.alice, payload={"b": 2, "a": 1}, act=dict) == reply == {"done": 1}
    for user, payload in ((province.alice, {"a": 2}), (province.bob, {"a": 1, "b": 2})):
        with pytest.raises(KeyReused, match="đã được dùng cho nội dung khác"):
            run_once(key=key, user=user, payload=payload, act=lambda: leave_a_trace(province.alice))
    assert not Change.objects.filter(table="test").exists()


def test_what_was_refused_may_come_again_under_its_key(province: Province) -> None:
    def refuse() -> dict[str, Any]:
        leave_a_trace(province.alice)
        raise Refused("đã đóng")

    key = uuid4()
    with pytest.raises(Refused, match="đã đóng"):
        run_once(key=key, user=province.alice, payload=1, act=refuse)
    assert not Submission.objects.exists()
    assert not Change.objects.filter(table="test").exists()
    assert run_once(key=key, user=province.alice, payload=1, act=lambda: {"n": 1}) == {"n": 1}


def test_what_would_be_refused_by_now_has_the_reply_of_the_first_time(province: Province) -> None:
    def refuse() -> dict[str, Any]:
        raise Refused("đã đóng")

    key = uuid4()
    reply = run_once(key=key, user=province.alice, payload=1, act=lambda: leave_a_trace(province.alice))
    assert run_once(key=key, user=province.alice, payload=1, act=refuse) == reply
    with pytest.raises(KeyReused):
        run_once(key=key, user=province.alice, payload=2, act=refuse)


def test_old_keys_are_forgotten_a_few_at_a_time(province: Province) -> None:
    old = timezone.now() - KEPT_FOR - timedelta(minutes=1)
    rows = [
        Submission(key=uuid4(), user=province.alice, digest="", reply={}, at=old + timedelta(milliseconds=n))
        for n in range(MOST_PURGED + 5)
    ]
    Submission.objects.bulk_create(rows)
    run_once(key=UUID(int=PURGED_EVERY + 1), user=province.alice, payload=1, act=dict)
    assert Submission.objects.count() == MOST_PURGED + 5 + 1
    run_once(key=UUID(int=PURGED_EVERY), user=province.alice, payload=1, act=dict)
    assert Submission.objects.count() == 5 + 2
    assert purge_submissions() == 5
    assert purge_submissions() == 0


def test_a_save_with_a_key_used_for_other_cells_is_refused_over_http(client: Client, province: Province) -> None:
    client.force_login(province.alice)
    url = reverse("registration-cells", kwargs={"year": 2024, "unit_key": province.binh_son.key})
    key = str(uuid4())

    def send(value: str, key: object) -> Any:
        cell = {"unit": province.binh_son.pk, "quota": province.kv3.pk, "value": value}
        return client.post(url, json.dumps({"key": key, "cells": [cell]}), content_type="application/json")

    assert send("7", key).status_code == 200
    again = send("8", key)
    assert again.status_code == 409
    assert "chưa lưu gì" in again.json()["message"]
    assert send("7", "không phải mã").status_code == 400
    assert Registration.objects.get().number == 7


def test_a_form_sent_twice_saves_once_and_one_sent_back_changed_is_asked_about(
    client: Client, province: Province
) -> None:
    client.force_login(province.alice)
    page = reverse("registration-unit", kwargs={"year": 2024, "unit_key": province.binh_son.key})
    html = client.get(page).content.decode()
    key = html.split('name="key" value="')[1].split('"')[0]
    field = f"c-{province.binh_son.pk}-{province.kv3.pk}-0-"
    for _ in range(2):
        response = client.post(page, {"key": key, field: "7"}, follow=True)
        assert "Đã lưu 1 ô." in response.content.decode()
    changed = client.post(page, {"key": key, field: "8"})
    html = changed.content.decode()
    assert changed.status_code == 409
    assert "chưa lưu gì" in html
    assert f'name="{field}" value="8"' in html
    assert key not in html
    row = Registration.objects.get()
    assert (row.number, row.version) == (7, 1)
