"""Việc nền: what was asked for, how far it is, its results; and where a page goes that has asked for something."""

from dataclasses import asdict
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from trainingplan.job_list import asker_of, files_of, kept_until, opens_results, state_of, visible_jobs
from trainingplan.models import Job
from trainingplan.policies import WRITE, Action, UserRequest, access, may
from trainingplan.readings import note_people
from trainingplan.services.jobs import BROKEN_OFF, cancel_job, is_broken_off, settle_in_line
from trainingplan.services.readings import people_read_at
from trainingplan.session_rules import passive

LINES = 50


@never_cache
@access(Action.SEE_HOME)
def jobs(request: UserRequest) -> HttpResponse:
    """The jobs, the newest first."""
    page = Paginator(visible_jobs(request.user), LINES).get_page(request.GET.get("trang"))
    lines = [(listed, state_of(listed), asker_of(request.user, listed)) for listed in page]
    context = {"page": page, "lines": lines, "all": may(request.user, Action.SEE_JOBS)}
    return render(request, "trainingplan/jobs.html", context)


@never_cache
@access(Action.SEE_HOME)
def job(request: UserRequest, pk: UUID) -> HttpResponse:
    """How far one job is; when it is over, what it found."""
    shown = _find(request, pk)
    opened, until = opens_results(request.user, shown), kept_until(shown)
    context = {
        "job": shown,
        "state": state_of(shown),
        "asker": asker_of(request.user, shown),
        "opened": opened,
        "files": list(files_of(shown)) if opened and shown.state == Job.State.DONE else [],
        "until": until,
        "expired": until is not None and until < timezone.now(),
        "days": settings.JOB_RESULT_DAYS,
    }
    return render(request, "trainingplan/job.html", context)


@passive
@never_cache
@access(Action.SEE_HOME)
def job_state(request: UserRequest, pk: UUID) -> HttpResponse:
    """The same for the page's script."""
    return JsonResponse(asdict(state_of(_find(request, pk))))


@access(Action.SEE_HOME, WRITE)
def job_cancel(request: UserRequest, pk: UUID) -> HttpResponse:
    """Ask a job to stop."""
    shown = _find(request, pk)
    if not cancel_job(job=shown, actor=request.user):
        messages.error(request, "Không hủy được nữa: việc này đã xong hoặc đã ghi kết quả.", extra_tags="is-bad")
    return redirect("job", shown.pk)


@never_cache
@access(Action.SEE_HOME)
def job_file(request: UserRequest, pk: UUID, number: int) -> HttpResponse:
    """A result, by its place in the list."""
    shown = _find(request, pk)
    if not opens_results(request.user, shown) or shown.state != Job.State.DONE:
        raise Http404(number)
    files = list(files_of(shown))
    if not 1 <= number <= len(files):
        raise Http404(number)
    file = files[number - 1]
    try:
        stored = file.stored.open("rb")
    except FileNotFoundError as error:
        raise Http404(file.name) from error
    if shown.asked_by_id != request.user.pk:  # Who asked was noted when the file was made.
        note_people(people_read_at(reverse("job", args=[pk])))
    reply = FileResponse(stored, as_attachment=True, filename=file.name, content_type=file.content_type)
    return cast("HttpResponse", reply)  # streamed: a backup may be large


def _find(request: UserRequest, pk: UUID) -> Job:
    found = visible_jobs(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    if found.pending:
        settle_in_line(found)
    return found


def follow(request: UserRequest, started: Job) -> HttpResponse:
    """Where a page goes that has asked for a job: to the job's page; to the result where that stands already."""
    now = Job.objects.get(pk=started.pk)
    if now.state == Job.State.DONE and now.links:
        for words in now.notes:
            messages.success(request, words, extra_tags="is-ok")
        return redirect(now.links[0]["url"])
    if now.state == Job.State.FAILED and now.back:
        messages.error(request, now.error, extra_tags="is-bad")
        return redirect(now.back)
    if now.back and is_broken_off(now):
        messages.error(request, BROKEN_OFF, extra_tags="is-bad")
        return redirect(now.back)
    return redirect("job", now.pk)
