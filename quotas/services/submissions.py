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
from trainingplan.services.refusals import Refused

KEPT_FOR = timedelta(days=7)
MOST_PURGED = 50


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
    fresh = {"user": user, "digest": digest, "reply": {}, "at": timezone.now()}
    submission, first = Submission.objects.get_or_create(key=key, defaults=fresh)
    if not first:
        if (submission.user_id, submission.digest) != (user.pk, digest):
            raise KeyReused("Lần gửi này đã được dùng cho nội dung khác, nên chưa lưu gì. Kiểm tra các ô rồi lưu lại.")
        return dict(submission.reply)
    submission.reply = json.loads(json.dumps(act()))
    submission.save(update_fields=["reply"])
    purge_submissions()
    return dict(submission.reply)


@transaction.atomic
def purge_submissions() -> int:
    """Forget a few of the submits that nobody will send again; others' locks are not waited for."""
    old = Submission.objects.filter(at__lt=timezone.now() - KEPT_FOR).order_by("at").select_for_update(skip_locked=True)
    keys = list(old.values_list("key", flat=True)[:MOST_PURGED])
    return Submission.objects.filter(key__in=keys).delete()[0] if keys else 0
