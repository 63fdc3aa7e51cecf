"""Sao lưu: which backups there are, one more now, and each as a file. There is no page that restores.

Who restores replaces everybody's data and accounts; he does it by `manage.py restore`, on the server.
"""

import socket
from pathlib import Path
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from trainingplan.models import Backup
from trainingplan.policies import FORM, WRITE, Action, UserRequest, access
from trainingplan.services.backups import NO_KEY, OVERDUE, last_good_backup
from trainingplan.services.jobs import start_job
from trainingplan.services.reauth import recently_signed_in
from trainingplan.views.jobs import follow

LINES = 50


@never_cache
@access(Action.KEEP_BACKUPS)
def backups(request: UserRequest) -> HttpResponse:
    """The backups, the newest first."""
    page = Paginator(Backup.objects.select_related("made_by").order_by("-made_at", "-pk"), LINES).get_page(
        request.GET.get("trang")
    )
    last = last_good_backup()
    context = {
        "page": page,
        "lines": [(backup, _place(backup) is not None) for backup in page],
        "machine": socket.gethostname(),
        "overdue": last is None or timezone.now() - last.made_at > OVERDUE,
        "last": last,
        "no_key": "" if settings.BACKUP_KEY else NO_KEY,
        "keep": settings.BACKUP_KEEP,
        "days": settings.BACKUP_KEEP_DAYS,
    }
    return render(request, "trainingplan/backups.html", context)


@access(Action.KEEP_BACKUPS, WRITE)
def backup_now(request: UserRequest) -> HttpResponse:
    """Ask for one; two clicks ask for the same."""
    if not settings.BACKUP_KEY:
        messages.error(request, NO_KEY, extra_tags="is-bad")
        return redirect("backups")
    job = start_job(kind="sao-luu", title="Sao lưu", params={}, plan=None, actor=request.user, key="sao-luu")
    return follow(request, job)


@never_cache
@access(Action.KEEP_BACKUPS, FORM)
@recently_signed_in
def backup_file(_request: UserRequest, pk: int) -> HttpResponse:
    """The sealed file. One that anybody could read is fetched on the server alone."""
    backup = Backup.objects.filter(pk=pk, ok=True, encrypted=True).first()
    path = backup and _place(backup)
    if not backup or not path:
        raise Http404(pk)
    reply = FileResponse(path.open("rb"), as_attachment=True, filename=backup.name)
    return cast("HttpResponse", reply)  # streamed: a backup may be large


def _place(backup: Backup) -> Path | None:
    """Where the file is, if it is on this machine."""
    folder = Path(settings.BACKUP_DIR)
    path = folder / backup.name
    return path if backup.name and path.is_file() else None
