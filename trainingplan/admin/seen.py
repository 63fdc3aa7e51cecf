"""Two people on one page: what the second had not seen is not written over without a word."""

import hashlib
from typing import Any

from django.db.models import Model
from django.utils import timezone

from trainingplan.admin.history import changes_of, parts_of

FIELD = "_seen"


def fingerprint(page: Any, row: Model) -> str:
    """One value for what the page shows of the row, its relations to many and its parts. `page` is its ModelAdmin."""
    model = row._meta.model
    stored = [list(model._base_manager.filter(pk=row.pk).values_list(*_columns(model)))]
    stored += [sorted(getattr(row, field.name).values_list("pk")) for field in row._meta.many_to_many]
    stored += [sorted(parts.values_list(*_columns(parts.model)), key=repr) for parts in parts_of(page, row)]
    return hashlib.sha256(repr(stored).encode()).hexdigest()[:32]


def why_stale(page: Any, row: Model, seen: str) -> str:
    """In words, that somebody else has changed the row since; empty when nobody has. The row stays locked."""
    model = row._meta.model
    model._base_manager.select_for_update().filter(pk=row.pk).first()
    if seen == fingerprint(page, row):
        return ""
    change = changes_of(page, row).first()
    who = f"{change.actor_name}, lúc {timezone.localtime(change.at):%H:%M, %d/%m/%Y}," if change else "Người khác"
    return (
        f"{who} vừa sửa trang này sau khi bạn mở. Chưa lưu gì. "
        "Xem Lịch sử để biết đã sửa gì; bấm Lưu lần nữa để ghi đè bằng những gì đang có trên trang này."
    )


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if field.name != "last_login"]
