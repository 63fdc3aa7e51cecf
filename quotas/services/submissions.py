"""A save is carried out once for the key its page gave it, however often it arrives."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from quotas.models import Submission
from trainingplan.models import User
from trainingplan.services.inserting import preparing
from trainingplan.services.refusals import Refused
from trainingplan.statements import rows_of
from trainingplan.transactions import one_transaction

KEPT_FOR = timedelta(days=7)
MOST_PURGED = 50
PURGED_EVERY = 16
"""One submit in so many, by its key, sees to the old ones."""


class KeyReused(Refused):
    """The key stands for another save: other content, or another user's."""


def run_once(*, key: UUID, user: User, payload: object, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `act` replies, as JSON gives it back; the same submit again has the reply of the first and no effect.

    `payload` is all that makes the submit what it is, as JSON takes it. Inserting the key is the lock: who comes second
    waits until the first has committed. When `act` raises, nothing is kept and the key may be used again. Raises
    KeyReused for the same key with another payload or user.
    """
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    with one_transaction():
        if not _take(key, user, digest):
            return _reply_of(key, user, digest)
        reply: dict[str, Any] = json.loads(json.dumps(act()))
        _keep(key, reply)
        if key.int % PURGED_EVERY == 0:
            purge_submissions()
    return reply


def _reply_of(key: UUID, user: User, digest: str) -> dict[str, Any]:
    submission = Submission.objects.get(key=key)
    if (submission.user_id, submission.digest) != (user.pk, digest):
        raise KeyReused("Lần gửi này đã được dùng cho nội dung khác, nên chưa lưu gì. Kiểm tra các ô rồi lưu lại.")
    return dict(submission.reply)


def _take(key: UUID, user: User, digest: str) -> bool:
    """Whether the key is ours, in one statement: it waits for whoever is inserting the same one."""
    text = "INSERT INTO {table} ({key}, {user}, {digest}, {reply}, {at}) VALUES (%s, %s, %s, %s, %s)"
    values = {"key": key, "user": user.pk, "digest": digest, "reply": {}, "at": timezone.now()}
    return _run(f"{text} ON CONFLICT ({{key}}) DO NOTHING", values)


def _keep(key: UUID, reply: dict[str, Any]) -> None:
    _run("UPDATE {table} SET {reply} = %s WHERE {key} = %s", {"reply": reply, "key": key})


def _run(text: str, values: Mapping[str, Any]) -> bool:
    """Whether the statement, in which fields stand by name, touched a row; `values` in the order of its places."""
    taken = [prepare(value) if (prepare := _PREPARE[name]) else value for name, value in values.items()]
    return bool(rows_of(connection.alias, _named(f"{text} RETURNING {{key}}"), taken, often=True))


_PREPARE = {field.name: preparing(field) for field in Submission._meta.concrete_fields}


@cache
def _named(text: str) -> str:
    quote = connection.ops.quote_name
    columns = {field.name: quote(field.column or "") for field in Submission._meta.concrete_fields}
    return text.format(table=quote(Submission._meta.db_table), **columns)


@transaction.atomic
def purge_submissions() -> int:
    """Forget a few of the submits that nobody will send again; others' locks are not waited for."""
    old = Submission.objects.filter(at__lt=timezone.now() - KEPT_FOR).order_by("at").select_for_update(skip_locked=True)
    keys = list(old.values_list("key", flat=True)[:MOST_PURGED])
    return Submission.objects.filter(key__in=keys).delete()[0] if keys else 0
