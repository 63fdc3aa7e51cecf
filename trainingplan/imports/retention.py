"""How long a batch keeps protected data of people: what was written stays undone-able, these values do not."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from trainingplan.imports.batches import KEPT_DAYS
from trainingplan.models import ImportedRow
from trainingplan.resources.base import CatalogueResource
from trainingplan.resources.book_columns import PersonalBookColumn
from trainingplan.resources.columns import PersonalColumn

AT_ONCE = 1_000


def forget_personal() -> None:
    """Drop the protected values of batches older than uploads are kept; a row that had changed one stays as it is."""
    old = ImportedRow.objects.filter(batch__at__lt=timezone.now() - timedelta(days=KEPT_DAYS))
    for path in old.order_by().values_list("resource", flat=True).distinct():
        if headings := _personal(path):
            held = Q()
            for heading in headings:
                held |= Q(after__has_key=heading) | Q(before__has_key=heading)
            while rows := list(old.filter(held, resource=path)[:AT_ONCE]):
                _forget(rows, headings)


@transaction.atomic
def _forget(rows: Collection[ImportedRow], headings: Collection[str]) -> None:
    for row in rows:
        changed = [one for one in headings if (row.before.get(one) or "") != (row.after.get(one) or "")]
        for heading in headings:
            row.before.pop(heading, None)
            row.after.pop(heading, None)
        if changed and not row.added:
            row.before[ImportedRow.FORGOTTEN] = ", ".join(changed)
    ImportedRow.objects.bulk_update(rows, ("before", "after"), batch_size=AT_ONCE)


def _personal(path: str) -> list[str]:
    try:
        found = import_string(path)
    except ImportError:
        return []  # of an older version of this software, and not undone any more either
    fields = found.fields.values() if isinstance(found, type) and issubclass(found, CatalogueResource) else ()
    return [str(one.column_name) for one in fields if isinstance(one, PersonalColumn | PersonalBookColumn)]
