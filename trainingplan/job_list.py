"""What the pages of jobs show: which jobs and which of their files somebody sees, and how they stand, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from trainingplan.models import Job, JobFile, User
from trainingplan.policies import Action, may, sees_all_units
from trainingplan.rules.numbers import format_count
from trainingplan.services.jobs import standing

LONG_WAIT = timedelta(seconds=30)
"""After it, a page that waits says what may be the matter."""
WAITING = "Đang chờ máy xử lý."
LONG_WAITING = "Máy xử lý có thể đang bận việc khác hoặc chưa chạy; nếu chờ lâu, hãy báo người quản trị."
OVER = {Job.State.DONE: "Đã làm xong.", Job.State.CANCELLED: "Đã hủy theo yêu cầu; không có gì được ghi."}
TONES = {
    Job.State.QUEUED: "is-info",
    Job.State.RUNNING: "is-info",
    Job.State.DONE: "is-ok",
    Job.State.FAILED: "is-bad",
    Job.State.CANCELLED: "is-warn",
}


@dataclass(frozen=True, slots=True)
class JobState:
    """How a job stands, as its page and its script tell it."""

    state: str
    label: str
    tone: str
    pending: bool
    done: int
    total: int
    count: str
    words: str
    elapsed: str


def visible_jobs(user: User) -> QuerySet[Job]:
    """The user's own; all for those who look after the machine room."""
    jobs = Job.objects.select_related("asked_by", "plan")
    return jobs if may(user, Action.SEE_JOBS) else jobs.filter(asked_by=user)


def opens_results(user: User, job: Job) -> bool:
    """Whether the user may read what the job found: who asked, in the same standing, and who sees all of the plan."""
    if job.asked_by_id == user.pk:
        return job.asked_as == standing(user)
    return job.plan_id is not None and may(user, Action.SEE_JOBS) and sees_all_units(user)


def files_of(job: Job) -> QuerySet[JobFile]:
    """The files of the attempt that counts."""
    return JobFile.objects.filter(job=job, attempt=job.attempt).order_by("pk")


def kept_until(job: Job) -> datetime | None:
    return job.finished_at + timedelta(days=settings.JOB_RESULT_DAYS) if job.finished_at else None


def asker_of(user: User, job: Job) -> str:
    """Who asked for it; people of units are named to those who see all units, to others by their accounts."""
    named = sees_all_units(user) or job.asked_by_id == user.pk
    return job.asked_by.full_name if named else job.asked_by.username


def state_of(job: Job) -> JobState:
    counted = f"{format_count(job.done)}/{format_count(job.total)}" if job.total and job.pending else ""
    return JobState(
        state=job.state,
        label=job.get_state_display(),
        tone=TONES[Job.State(job.state)],
        pending=job.pending,
        done=job.done,
        total=job.total,
        count=counted,
        words=_words(job),
        elapsed=_elapsed(job),
    )


def _words(job: Job) -> str:
    if job.state == Job.State.QUEUED:
        return f"{WAITING} {LONG_WAITING}" if timezone.now() - job.queued_at > LONG_WAIT else WAITING
    if job.state == Job.State.RUNNING:
        return "Đang dừng theo yêu cầu hủy." if job.cancel_asked_at else job.words or "Đang làm."
    if job.state == Job.State.FAILED:
        return job.error
    return OVER[Job.State(job.state)]


def _elapsed(job: Job) -> str:
    """Like "1 phút 05 giây": since it was asked for, until it ended."""
    seconds = int(((job.finished_at or timezone.now()) - job.asked_at).total_seconds())
    minutes, seconds = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} giờ {minutes:02} phút"
    return f"{minutes} phút {seconds:02} giây" if minutes else f"{seconds} giây"
