"""A small province with somebody of every role and something of every unit, made once for a module; every address.

The staff of Bình Sơn are `own`, those of Sở Y tế `other`; Sở Nội vụ and Trường Chính trị have units of their own.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from budget.models import Grant, GrantedAmount, Replan
from quotas.models import Allocation, Nomination, Registration, SubQuota
from quotas.services.nominations import add_nomination
from tests.batches import make_batch
from tests.budget.lines import PLAIN_AMOUNT, add_line, make_sources
from tests.cast import make_province, make_unit, make_user
from tests.issuing import make_version
from tests.quotas.rosters_cast import give, make_roster, person
from trainingplan.models import Backup, Delegation, Job, JobFile, Plan, Role, Section, Unit, UnitGroup, User
from trainingplan.services.jobs import standing

ROLES = ("anonymous", "own", "other", "board", "manager", "home", "school", "finance", "admin")
HOMES = {"own": "huyen-uy-binh-son", "other": "so-y-te", "home": "so-noi-vu", "school": "truong-chinh-tri"}
"""The units of those who act for one."""
NAMES = {"so-y-te": "Sở Y tế", "so-noi-vu": "Sở Nội vụ", "truong-chinh-tri": "Trường Chính trị tỉnh"}
PEOPLE = {"own": "Đinh Văn Ích", "other": "Mai Thị Yên", "home": "Cao Văn Vụ", "school": "Lê Thị Trường"}
"""A nominee of each unit; nobody else bears the name."""


@dataclass(frozen=True)
class Doors:
    """Who knocks, and what there is to ask for. `subjects` are the parts of addresses by the unit they belong to."""

    plan: Plan
    users: dict[str, User]
    sessions: dict[str, str]
    subjects: dict[str, dict[str, dict[str, Any]]]
    client: Client

    def ask(self, who: str, method: str, url: str, **more: Any) -> Any:
        """One request with the session of that role, whatever earlier requests did to theirs."""
        self.client.cookies.clear()
        if who in self.sessions:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return _whole(self.client.generic(method.upper(), url, **more))

    def address(self, name: str, parts: str, home: str = "own") -> str:
        """The address of what belongs to the unit of `home`; parts that no path takes go into the query."""
        given = {key: value for part in parts.split() for key, value in self.subjects[home][part].items()}
        query = {key: value for key, value in given.items() if "-" in key or key in ("bang", "truong")}
        path = reverse(name, kwargs={key: value for key, value in given.items() if key not in query})
        return path + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def _whole(response: Any) -> Any:
    """A reply with its content, also of one that streams a file."""
    if not response.streaming:
        return response
    return HttpResponse(b"".join(response), status=response.status_code, headers=response.headers)


def outcome(response: Any) -> str:
    """The status; `go` stands for a redirect to signing in, `->` for one that serves."""
    if response.status_code == 302:
        return "go" if response.url.startswith(reverse("login") + "?next=") else "->"
    return str(response.status_code)


def named_patterns(patterns: list[URLPattern | URLResolver] | None = None) -> Iterator[URLPattern]:
    """Every address of the site but those of the back office."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif pattern.app_name != "admin":
            yield from named_patterns(pattern.url_patterns)


@pytest.fixture(scope="module")
def doors(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Doors]:
    with django_db_blocker.unblock(), transaction.atomic(), _silent(logging.getLogger("django.request")):
        yield _build()
        transaction.set_rollback(True)


@contextmanager
def _silent(log: logging.Logger) -> Iterator[None]:
    """Thousands of refusals are asked for here; to word them all in a log takes a tenth of the time."""
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = False


def _build() -> Doors:
    province = make_province()
    plan = province.plan
    state = UnitGroup.objects.create(key="nha-nuoc", name="Khối Nhà nước", position=2)
    for place, (key, name) in enumerate(NAMES.items(), start=1):
        make_unit(
            key,
            name,
            plan,
            state if key != "truong-chinh-tri" else UnitGroup.objects.exclude(pk=state.pk).get(),
            place + 2,
        )
    users = {role: _user(role) for role in ROLES if role != "anonymous"}
    roster = make_roster(province)
    nominees = {}
    for home, key in HOMES.items():
        unit = Unit.objects.get(key=key)
        _fill(unit, province.kv3.pk, users[home])
        give(roster.quota, unit, 1)
        nominees[home] = add_nomination(
            plan=plan, quota_id=roster.quota.pk, unit=unit, details=person(PEOPLE[home]), actor=users["board"]
        )
    source, _ = make_sources()
    line = add_line(province, {source.pk: PLAIN_AMOUNT})
    lending = Delegation.objects.create(
        principal=users["manager"], deputy=province.hoa, valid_from="2999-01-01", valid_to="2999-01-02", reason="x"
    )
    version = make_version(plan, submitted_by=users["board"], issued_by=users["manager"])
    replan = Replan.objects.create(
        plan=plan, way="Giảm số lớp", limited="ngân sách tỉnh", limit=9, money_before=9, money_after=9, reason="x",
        made_by=users["board"], made_at=users["board"].created_at,
    )  # fmt: skip
    grant = Grant.objects.create(
        plan=plan, number="1/QĐ-UBND", decided_on="2024-01-05", made_by=users["board"],
        made_at=users["board"].created_at,
    )  # fmt: skip
    GrantedAmount.objects.create(grant=grant, line=line, source=source, amount=PLAIN_AMOUNT)
    common: dict[str, dict[str, Any]] = {
        "year": {"year": plan.year},
        "number": {"number": 1},
        "roster": {"number": 6},
        "line": {"pk": line.pk},
        "lending": {"pk": lending.pk},
        "account": {"pk": users["own"].pk},
        "someone": {"pk": nominees["own"].person_id},
        "backup": {"pk": Backup.objects.create(made_at=timezone.now(), ok=True, machine="x", name="x.khdt").pk},
        "section": {"key": Section.objects.create(plan=plan, key="mot", position=1, marker="I.", heading="MỘT").key},
        "figure": {"truong": "{quota:kv3}"},
        "version": {"number": version.number},
        "published": {"number": version.number, "name": "ke-hoach.html"},
        "grant": {"pk": grant.pk},
        "replan": {"pk": replan.pk},
        "way": {"way": "giam-so-lop"},
        "xlsx": {"extension": "xlsx"},
        "file_kind": {"kind": "co-so-dao-tao"},
        "docx": {"extension": "docx"},
        "sub": {"pk": SubQuota.objects.create(quota=province.kv3, name="nữ", position=1, number=9).pk},
    }
    subjects = {
        home: common | _of_unit(key, nominees[home], province.kv3.pk, _job(plan, users[home]))
        for home, key in HOMES.items()
    }
    return Doors(plan, users, {role: _session(user) for role, user in users.items()}, subjects, Client())


def _user(role: str) -> User:
    roles = {"own": Role.UNIT, "other": Role.UNIT, "home": Role.HOME_AFFAIRS}
    unit = Unit.objects.get(key=HOMES[role]) if role in HOMES else None
    return make_user(f"u-{role}", f"Người {role}", roles.get(role) or Role(role), unit)


def _fill(unit: Unit, quota_id: int, user: User) -> None:
    for model in (Registration, Allocation):
        model._default_manager.create(
            unit=unit, quota_id=quota_id, number=3, updated_at=user.created_at, updated_by=user
        )


def _of_unit(key: str, nominee: Nomination, quota_id: int, job: Job) -> dict[str, dict[str, Any]]:
    return {
        "unit_key": {"unit_key": key},
        "person": {"number": 6, "pk": nominee.pk},
        "cell": {"bang": "allocation", "don-vi": key, "chi-tieu": quota_id},
        "job": {"pk": job.pk},
        "result": {"pk": job.pk, "number": 1},
        "batch": {"batch_id": make_batch(job.asked_by).uuid},
    }


def _job(plan: Plan, user: User) -> Job:
    """A job that is over, with a file to fetch."""
    now = timezone.now()
    job = Job.objects.create(
        kind="x", title="Xuất tệp", plan=plan, asked_by=user, asked_as=standing(user), asked_at=now, queued_at=now,
        state=Job.State.DONE, finished_at=now,
    )  # fmt: skip
    file = JobFile(job=job, attempt=0, name="tep.txt", content_type="text/plain", size=1, sha256="0" * 64)
    file.stored.save("tep.txt", ContentFile(b"1"))
    return job


def _session(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
