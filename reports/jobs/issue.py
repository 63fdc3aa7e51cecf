"""The issue of a plan as a job: the files are made beside the pages, the version is written in one transaction."""

from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import date
from typing import Any

from django.urls import reverse

from reports.models import Submittal, Version
from reports.services.versions import Paper, Steps, check_issue, issue_plan
from trainingplan.models import Job, Plan, User
from trainingplan.services.jobs import start_job
from trainingplan.services.running import Running

KIND = "ban-hanh"


class _OfJob(Steps):
    def __init__(self, run: Running) -> None:
        self._run = run

    def progress(self, done: int, total: int, words: str) -> None:
        self._run.progress(done, total, words)

    def transaction(self) -> AbstractContextManager[None]:
        return self._run.transaction()

    def issued(self, version: Version) -> None:
        self._run.say(f"Đã ban hành kế hoạch số {version.document}.")
        address = reverse("plan-version", kwargs={"year": self._run.plan.year, "number": version.number})
        self._run.link(address, f"Xem bản {version.number} đã ban hành")


def start_issue(*, plan: Plan, paper: Paper, actor: User, right_of: User) -> Job:
    """Check all that stands in the way now, and ask for the issue. Raises Refused.

    While one is pending for the plan, that one is returned, whoever asked for it.
    """
    submittal = check_issue(plan=plan, paper=paper, actor=actor, right_of=right_of)
    return start_job(
        kind=KIND,
        title=f"Ban hành {_what(submittal)} năm {plan.year}, số {paper.number}",
        params=_params(paper, right_of, submittal),
        plan=plan,
        actor=actor,
        key=key_of(plan),
        back=reverse("plan-issue", kwargs={"year": plan.year}),
    )


def key_of(plan: Plan) -> str:
    return f"{KIND}:{plan.pk}"


def _what(submittal: Submittal) -> str:
    return "kế hoạch" if submittal.number == 1 else "điều chỉnh kế hoạch"


def _params(paper: Paper, right_of: User, submittal: Submittal) -> dict[str, Any]:
    typed = asdict(paper) | {"issued_on": paper.issued_on.isoformat()}
    return {"paper": typed, "right_of": right_of.pk, "submittal": submittal.pk}


def issue(run: Running) -> None:
    """Issue what was submitted when it was asked for; all is checked again, first and within the transaction."""
    typed = run.params["paper"]
    issue_plan(
        plan=run.plan,
        paper=Paper(**typed | {"issued_on": date.fromisoformat(typed["issued_on"])}),
        actor=run.actor,
        right_of=User.objects.get(pk=run.params["right_of"]),
        waiting_pk=run.params["submittal"],
        steps=_OfJob(run),
    )
