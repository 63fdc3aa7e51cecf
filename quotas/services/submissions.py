"""A save is carried out once for the key its page gave it, however often it arrives."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from quotas.models import Submission
from trainingplan.models import User
from trainingplan.services.refusals import Refused

KEPT_FOR = timedelta(days=7)
MOST_PURGED = 50
PURGED_EVERY = 16
"""One submit in so many, by its key, sees to the old ones."""


class KeyReused(Refused):
    """The key stands for another save: other content, or another user's."""


@transaction.atomic
def run_once(*, key: UUID, user: User, payload: object, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `act` replies, as JSON gives it back; the same submit again has the reply of the first and no effect.

    `payload` is all that makes the submit what it is, as JSON takes it. Inserting the key is the lock: who comes second
    waits until the first has committed. When `act` raises, nothing is kept and the key may be used again. Raises
    KeyReused for the same key with another payload or user.
    """
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    if not _take(key, user, digest):
        submission = Submission.objects.get(key=key)
        if (submission.user_id, submission.digest) != (user.pk, digest):
            raise KeyReused("Lần gửi này đã được dùng cho nội dung khác, nên chưa lưu gì. Kiểm tra các ô rồi lưu lại.")
        return dict(submission.reply)
    reply: dict[str, Any] = json.loads(json.dumps(act()))
    Submission.objects.filter(key=key).update(reply=reply)
    if key.int % PURGED_EVERY == 0:
        purge_submissions()
    return reply


def _take(key: UUID, user: User, digest: str) -> bool:
    """Whether the key is ours, in one statement: it waits for whoever is inserting the same one."""
    values = {"key": key, "user": user.pk, "digest": digest, "reply": {}, "at": timezone.now()}
    known = {field.name: field for field in Submission._meta.concrete_fields}
    fields = [known[name] for name in values]
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column or "") for field in fields)
    places = ", ".join(["%s"] * len(fields))
    taken = (
        f"INSERT INTO {quote(Submission._meta.db_table)} ({names}) VALUES ({places}) "  # noqa: S608 - the names are our own
        f"ON CONFLICT ({quote('key')}) DO NOTHING"
    )
    with connection.cursor() as cursor:
        prepared = zip(fields, values.values(), strict=True)
        cursor.execute(taken, [field.get_db_prep_save(value, connection) for field, value in prepared])
        return bool(cursor.rowcount)


@transaction.atomic
def purge_submissions() -> int:
    """Forget a few of the submits that nobody will send again; others' locks are not waited for."""
    old = Submission.objects.filter(at__lt=timezone.now() - KEPT_FOR).order_by("at").select_for_update(skip_locked=True)
    keys = list(old.values_list("key", flat=True)[:MOST_PURGED])
    return Submission.objects.filter(key__in=keys).delete()[0] if keys else 0
