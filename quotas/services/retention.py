"""Forgetting people: some years after their plans are closed their rows lose what tells who they were.

Issued versions stay as they were issued, and the change log as it was written; neither can be changed.
"""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from quotas.models import Nomination, Person
from trainingplan.models import ImportedRow, Plan, User
from trainingplan.services.changes import Entry, record

NOBODY = "Người đã ẩn danh"
REASON = "Hết thời hạn lưu dữ liệu cá nhân"


@transaction.atomic
def forget_people(*, actor: User | None, dry_run: bool = False) -> int:
    """Anonymise who is only on rosters of plans closed for PEOPLE_KEPT_YEARS; return how many they are."""
    people = list(Person.objects.filter(pk__in=_overdue()).select_for_update().order_by("pk"))
    if dry_run or not people:
        return len(people)
    for person in people:
        person.full_name, person.job_title, person.ethnicity, person.education = NOBODY, "", "", ""
        person.birth_year = person.birth_month = person.birth_day = None
        person.set_name_keys()
    names = ["full_name", "name_sort", "name_search", "job_title", "ethnicity", "education"]
    Person.objects.bulk_update(people, [*names, "birth_year", "birth_month", "birth_day"], batch_size=500)
    keys = [person.pk for person in people]
    nominations = Nomination.objects.filter(person__in=keys)
    rows = [str(pk) for pk in nominations.values_list("pk", flat=True)]
    nominations.update(note="", planned_post="")
    ImportedRow.objects.filter(resource__icontains="person", object_pk__in=[str(key) for key in keys]).update(
        before={}, after={}, name=NOBODY
    )
    ImportedRow.objects.filter(resource__icontains="nominat", object_pk__in=rows).update(
        before={}, after={}, name=NOBODY
    )
    entries = [Entry("person", key, f"cán bộ {key}", "họ và tên", "•••", NOBODY) for key in keys]
    record(entries, actor=actor, plan=None, reason=REASON)
    return len(people)


def _overdue() -> list[int]:
    last_year = timezone.localdate().year - settings.PEOPLE_KEPT_YEARS
    over = Nomination.objects.filter(
        quota__programme__plan__state=Plan.State.CLOSED, quota__programme__plan__year__lt=last_year
    )
    kept = Nomination.objects.exclude(pk__in=over.values("pk"))
    found = Person.objects.filter(nominations__in=over).exclude(nominations__in=kept).exclude(full_name=NOBODY)
    return list(found.distinct().values_list("pk", flat=True))


def forget_people_in_time() -> None:
    """The chore."""
    forget_people(actor=None)
