"""What a version keeps of each table, and what it leaves out and why. A test holds that no column is forgotten."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, Q, QuerySet

from budget.models import BudgetLine, BudgetShare, EstimateLine, FundSource, NormItem, NormSet
from courses.models import Institution, Programme, Slot
from quotas.models import (
    Allocation,
    Nomination,
    Person,
    Quota,
    Registration,
    SubAllocation,
    SubQuota,
    UnitCap,
)
from trainingplan.models import Appendix, AppendixColumn, Participant, Plan, Section, UnitGroup
from trainingplan.selectors import plan_day, valid_on

Lookups = tuple[str, ...]
"""The columns that make up a value; more than one are joined to the key of a row of another table."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The plan, and the day whose norms it uses."""

    plan: Plan
    day: date


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table of the data: its rows, the lookups of their keys, and those of each field."""

    model: type[Model]
    belongs: Callable[[Scene], Q]
    key: Lookups
    fields: Mapping[str, Lookups]

    @property
    def name(self) -> str:
        """As the change log names the table, so that a difference leads to who made it."""
        return self.model._meta.model_name or ""

    def rows(self, scene: Scene) -> QuerySet[Any]:
        return self.model._default_manager.filter(self.belongs(scene)).order_by()


def _fields(*names: str, **others: Lookups) -> dict[str, Lookups]:
    """Fields that are stored under their own name, and those that are named by what they refer to."""
    return {name: (name,) for name in names} | others


def _of_plan(lookup: str) -> Callable[[Scene], Q]:
    return lambda scene: Q(**{lookup: scene.plan})


def _norm_sets(scene: Scene) -> Q:
    """Those in force on the plan's day, and those by which its classes are computed."""
    return valid_on(scene.day) | Q(pk__in=BudgetLine.objects.filter(plan=scene.plan).values("norm_set"))


QUOTA: Lookups = ("quota__programme__key", "quota__key")
UNIT: Lookups = ("unit__key",)
CELL = ("number", "note", "illustrative")
THROUGH = Quota.institutions.through

PLAN_FIELDS = (
    "year",
    "title",
    "subject",
    "parent_body",
    "issuing_body",
    "place",
    "number",
    "symbol",
    "issued_on",
    "signing_authority",
    "signer_title",
    "signer_name",
    "recipients",
    "profile",
    "illustrative",
)
"""Of the plan itself; see `reports.snapshot`."""

TABLES = (
    TableSpec(
        Section,
        _of_plan("plan"),
        ("key",),
        _fields("position", "marker", "heading", "body", "closing", parent=("parent__key",)),
    ),
    TableSpec(
        Programme,
        _of_plan("plan"),
        ("key",),
        _fields("code", "name", "short_name", "nature", "abroad", "position", section=("section__key",)),
    ),
    TableSpec(
        Slot,
        _of_plan("programme__plan"),
        ("programme__key", "pk"),
        _fields("position", "label", "body", programme=("programme__key",)),
    ),
    TableSpec(
        Institution,
        lambda scene: Q(pk__in=THROUGH.objects.filter(quota__programme__plan=scene.plan).values("institution")),
        ("key",),
        _fields("name", "short_name"),
    ),
    TableSpec(
        Quota,
        _of_plan("programme__plan"),
        ("programme__key", "key"),
        _fields(
            "position",
            "name",
            "short_name",
            "number",
            "qualifier",
            "counting_word",
            "open_clause",
            "mode",
            "payer",
            "held",
            "class_count",
            programme=("programme__key",),
            appendix=("appendix__number",),
            column=("column__appendix__number", "column_id"),
        ),
    ),
    TableSpec(
        THROUGH,
        _of_plan("quota__programme__plan"),
        (*QUOTA, "institution__key"),
        _fields(quota=QUOTA, institution=("institution__key",)),
    ),
    TableSpec(
        Appendix,
        _of_plan("plan"),
        ("number",),
        _fields("number", "kind", "title", "unit_line", "landscape", "show_empty_units", "notes"),
    ),
    TableSpec(
        AppendixColumn,
        _of_plan("appendix__plan"),
        ("appendix__number", "pk"),
        _fields("position", "source", "head", "group_head", "width", appendix=("appendix__number",)),
    ),
    TableSpec(
        UnitGroup,
        lambda scene: Q(pk__in=Participant.objects.filter(plan=scene.plan).values("group")),
        ("key",),
        _fields("name", "position"),
    ),
    TableSpec(Participant, _of_plan("plan"), UNIT, _fields("position", unit=UNIT, group=("group__key",))),
    TableSpec(
        Registration,
        _of_plan("quota__programme__plan"),
        (*QUOTA, *UNIT),
        _fields(*CELL, "no_need", quota=QUOTA, unit=UNIT),
    ),
    TableSpec(
        Allocation,
        _of_plan("quota__programme__plan"),
        (*QUOTA, *UNIT),
        _fields(*CELL, "reserve", quota=QUOTA, unit=UNIT),
    ),
    TableSpec(
        UnitCap,
        _of_plan("programme__plan"),
        ("programme__key", *UNIT),
        _fields(*CELL, programme=("programme__key",), unit=UNIT),
    ),
    TableSpec(
        SubQuota,
        _of_plan("quota__programme__plan"),
        (*QUOTA, "pk"),
        _fields("name", "position", "number", quota=QUOTA),
    ),
    TableSpec(
        SubAllocation,
        _of_plan("quota__quota__programme__plan"),
        ("quota__quota__programme__key", "quota__quota__key", "quota_id", *UNIT),
        _fields(*CELL, unit=UNIT, quota=("quota__quota__programme__key", "quota__quota__key", "quota_id")),
    ),
    TableSpec(
        Person,
        lambda scene: Q(pk__in=Nomination.objects.filter(quota__programme__plan=scene.plan).values("person")),
        ("pk",),
        _fields(
            "full_name",
            "sex",
            "birth_year",
            "birth_month",
            "birth_day",
            "job_title",
            "ethnicity",
            "education",
            "illustrative",
            unit=UNIT,
        ),
    ),
    TableSpec(
        Nomination,
        _of_plan("quota__programme__plan"),
        (*QUOTA, "person_id"),
        _fields(
            "reserve",
            "degree",
            "field_of_study",
            "institution",
            "mode",
            "duration",
            "funding",
            "planned_post",
            "class_name",
            "note",
            "illustrative",
            quota=QUOTA,
            unit=UNIT,
            person=("person_id",),
        ),
    ),
    TableSpec(
        NormSet,
        _norm_sets,
        ("key",),
        _fields(
            "number",
            "title",
            "issued_on",
            "valid_from",
            "valid_to",
            "territory",
            "lessons_per_session",
            "legal_text",
        ),
    ),
    TableSpec(
        NormItem,
        lambda scene: Q(norm_set__in=NormSet.objects.filter(_norm_sets(scene))),
        ("norm_set__key", "key"),
        _fields(
            "position",
            "group",
            "name",
            "kind",
            "level",
            "base",
            "rank",
            "clause",
            "note",
            "illustrative",
            norm_set=("norm_set__key",),
            measure=("unit",),
        ),
    ),
    TableSpec(
        FundSource,
        lambda scene: Q(pk__in=BudgetShare.objects.filter(line__plan=scene.plan).values("source")),
        ("key",),
        _fields("name", "position", "provincial"),
    ),
    TableSpec(
        BudgetLine,
        _of_plan("plan"),
        ("key",),
        _fields(
            "position",
            "group",
            "content",
            "audience",
            "classes",
            "learners_per_class",
            "days",
            "months",
            "opens_on",
            "place",
            "territory",
            "provider",
            "executor",
            "carried_over",
            "outside_plan",
            "self_funded",
            "basis",
            "rate",
            "amount",
            "note",
            "illustrative",
            programme=("programme__key",),
            bloc=("bloc__key",),
            norm_set=("norm_set__key",),
        ),
    ),
    TableSpec(
        EstimateLine,
        _of_plan("line__plan"),
        ("line__key", "position"),
        _fields(
            "position",
            "content",
            "kind",
            "base",
            "level",
            "unit1",
            "number1",
            "unit2",
            "number2",
            "unit3",
            "number3",
            "of_amount",
            "amount",
            line=("line__key",),
            norm_item=("norm_item__norm_set__key", "norm_item__key"),
        ),
    ),
    TableSpec(
        BudgetShare,
        _of_plan("line__plan"),
        ("line__key", "source__key"),
        _fields("amount", line=("line__key",), source=("source__key",)),
    ),
)

_BOOKKEEPING = "sổ sách của người ghi, không phải nội dung của kế hoạch"
_DERIVED = "suy ra từ các giá trị khác"

LEFT_OUT: dict[str, str] = {
    "version": _BOOKKEEPING,
    "updated_at": _BOOKKEEPING,
    "updated_by": _BOOKKEEPING,
    "name_sort": _DERIVED,
    "name_search": _DERIVED,
    "plan.state": "bước của kế hoạch; bản ban hành là của bước ban hành",
    "budgetline.kind": "mẫu đã điền các khoản; chính các khoản nằm ở bảng estimateline",
    "budgetline.state": "bước thực hiện của lớp, còn đổi tiếp sau khi ban hành",
    "plan.registration_opens_at": "cách làm của đợt đăng ký, kế hoạch không nói tới",
    "plan.registration_closes_at": "cách làm của đợt đăng ký, kế hoạch không nói tới",
}
"""Columns that a version does not keep, by name or by table and name, with the reason."""

TABLES_LEFT_OUT: dict[str, str] = {
    "user": "người dùng không phải nội dung của kế hoạch",
    "user_groups": "người dùng không phải nội dung của kế hoạch",
    "user_user_permissions": "người dùng không phải nội dung của kế hoạch",
    "delegation": "người dùng không phải nội dung của kế hoạch",
    "change": "nhật ký tự giữ lấy mình",
    "logpart": "nhật ký tự giữ lấy mình",
    "logseal": "nhật ký tự giữ lấy mình",
    "personalread": "nhật ký tự giữ lấy mình",
    "usedpassword": "người dùng không phải nội dung của kế hoạch",
    "secondfactor": "người dùng không phải nội dung của kế hoạch",
    "recoverycode": "người dùng không phải nội dung của kế hoạch",
    "backup": "sổ của các lần sao lưu, không phải nội dung của kế hoạch",
    "accessrefusal": "nhật ký tự giữ lấy mình",
    "importbatch": "sổ của các lần nhập tệp, không phải nội dung của kế hoạch",
    "importedrow": "sổ của các lần nhập tệp, không phải nội dung của kế hoạch",
    "unitname": "tên của ngày kế hoạch nằm ở bảng unit",
    "unitplacement": "khối của kế hoạch nằm ở bảng participant",
    "unitstatus": "kế hoạch tự nêu đơn vị tham gia",
    "succession": "dữ liệu chung, còn đổi tiếp sau khi ban hành",
    "response": "cách làm của đợt đăng ký, kế hoạch không nói tới",
    "returnedcell": "cách làm của đợt đăng ký, kế hoạch không nói tới",
    "extension": "cách làm của đợt đăng ký, kế hoạch không nói tới",
    "extensionrequest": "cách làm của đợt đăng ký, kế hoạch không nói tới",
    "phasedeadline": "cách làm của các bước, kế hoạch không nói tới",
    "classkind": "mẫu để điền các khoản; chính các khoản nằm ở bảng estimateline",
    "usualcost": "mẫu để điền các khoản; chính các khoản nằm ở bảng estimateline",
    "replan": "sổ của lần cắt giảm; các dòng đã đổi nằm ở bảng budgetline",
    "replannedline": "sổ của lần cắt giảm; các dòng đã đổi nằm ở bảng budgetline",
    "grant": "việc thực hiện sau khi ban hành",
    "grantedamount": "việc thực hiện sau khi ban hành",
    "settledamount": "việc thực hiện sau khi ban hành",
    "classstep": "việc thực hiện sau khi ban hành",
    "closing": "kết thúc và mở lại đến sau khi ban hành",
    "submission": "sổ sách của lần gửi trang",
    "proposal": "bước chuẩn bị; số đã phân bổ nằm ở bảng allocation",
    "proposedshare": "bước chuẩn bị; số đã phân bổ nằm ở bảng allocation",
    "approval": "bước chuẩn bị; số đã phân bổ nằm ở bảng allocation",
    "job": "sổ của máy xử lý, không phải nội dung của kế hoạch",
    "jobfile": "sổ của máy xử lý, không phải nội dung của kế hoạch",
    "chore": "sổ của máy xử lý, không phải nội dung của kế hoạch",
}
"""Tables that a version does not keep, with the reason."""


def scene_of(plan: Plan) -> Scene:
    return Scene(plan, plan_day(plan))
