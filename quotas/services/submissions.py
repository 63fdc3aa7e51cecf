"""A save is carried out once for the key its page gave it, however often it arrives."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quotas.models import Submission
from trainingplan.models import User
from trainingplan.services.inserting import insert_rows
from trainingplan.services.refusals import Refused
from trainingplan.transactions import one_transaction

KEPT_FOR = timedelta(days=7)
MOST_PURGED = 200
PURGED_EVERY = 64
"""One submit in so many, by its key, sees to the old ones."""


class KeyReused(Refused):
    """The key stands for another save: other content, or another user's."""


def run_once(*, key: UUID, user: User, payload: object, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `act` replies, as JSON gives it back; the same submit again has the reply of the first and no effect.

    `payload` is all that makes the submit what it is, as JSON takes it. Nearly every submit comes once, so it is first
    carried out and then its key taken, which waits for who is taking the same one: whose key is taken undoes all that
    he did. What `act` does must be of the database alone, therefore. When it raises, nothing is kept and the key may be
    used again. Raises KeyReused for the same key with another payload or user.
    """
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    try:
        with one_transaction():
            reply: dict[str, Any] = json.loads(json.dumps(act()))
            _take(key, user, digest, reply)
            if key.int % PURGED_EVERY == 0:
                purge_submissions()
    except (_Taken, Refused):
        # What could be done the first time may be refused the second.
        first = Submission.objects.filter(key=key).first()
        if first is None:
            raise
        return _reply_of(first, user, digest)
    return reply


class _Taken(Exception):  # noqa: N818 - no error: the way out of the transaction
    """Somebody has carried out the submit of that key."""


def _reply_of(submission: Submission, user: User, digest: str) -> dict[str, Any]:
    if (submission.user_id, submission.digest) != (user.pk, digest):
        raise KeyReused("Lần gửi này đã được dùng cho nội dung khác, nên chưa lưu gì. Kiểm tra các ô rồi lưu lại.")
    return dict(submission.reply)


def _take(key: UUID, user: User, digest: str, reply: dict[str, Any]) -> None:
    """Keep the reply under the key. Waits for whoever is taking the same one, and raises _Taken when he has it."""
    row = (key, user.pk, digest, reply, timezone.now())
    if not insert_rows(Submission, ("key", "user", "digest", "reply", "at"), [row], unique=("key",)):
        raise _Taken


@transaction.atomic
def purge_submissions() -> int:
    """Forget a few of the submits that nobody will send again; others' locks are not waited for."""
    old = Submission.objects.filter(at__lt=timezone.now() - KEPT_FOR).order_by("at").select_for_update(skip_locked=True)
    keys = list(old.values_list("key", flat=True)[:MOST_PURGED])
    return Submission.objects.filter(key__in=keys).delete()[0] if keys else 0
