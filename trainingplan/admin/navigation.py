"""The back office's menu: what the role may open, in the order of the work."""

from typing import Any

from django.apps import apps
from django.contrib.admin import site
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Kế hoạch",
        (
            ("trainingplan.Plan", "calendar_month"),
            ("trainingplan.Section", "article"),
            ("trainingplan.Appendix", "table_chart"),
            ("trainingplan.Participant", "groups"),
        ),
    ),
    (
        "Chương trình, chỉ tiêu",
        (
            ("courses.Programme", "menu_book"),
            ("courses.Institution", "account_balance"),
            ("quotas.Quota", "tag"),
            ("quotas.Registration", "edit_note"),
            ("quotas.Allocation", "grid_on"),
            ("quotas.UnitCap", "vertical_align_top"),
            ("quotas.SubQuota", "fork_right"),
            ("quotas.Person", "badge"),
        ),
    ),
    ("Đơn vị", (("trainingplan.Unit", "apartment"), ("trainingplan.UnitGroup", "category"))),
    (
        "Kinh phí",
        (
            ("budget.NormSet", "gavel"),
            ("budget.NormItem", "price_check"),
            ("budget.ClassKind", "school"),
            ("budget.FundSource", "savings"),
            ("budget.BudgetLine", "request_quote"),
        ),
    ),
    ("Hệ thống", (("trainingplan.User", "person"), ("trainingplan.Change", "history"))),
)


def groups(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu as Unfold takes it; the first line leads back to the application's own pages."""
    back = {"title": "Về trang chính", "icon": "arrow_back", "link": reverse("home"), "active": False}
    index = {"title": "Mục lục", "icon": "home", "link": reverse("admin:index")}
    menu: list[dict[str, Any]] = [{"items": [back, index]}]
    for title, entries in GROUPS:
        items = [item for name, icon in entries if (item := _item(request, name, icon))]
        if items:
            menu.append({"title": title, "items": items, "separator": True})
    return menu


def _item(request: HttpRequest, name: str, icon: str) -> dict[str, Any] | None:
    model = apps.get_model(name)
    if not site.get_model_admin(model).has_view_permission(request):
        return None
    label = str(model._meta.verbose_name_plural)
    return {
        "title": label[:1].upper() + label[1:],
        "icon": icon,
        "link": reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"),
    }


def style(request: HttpRequest) -> str:  # noqa: ARG001 - Unfold passes it
    return static("css/back-office.css")


def icon(request: HttpRequest) -> str:  # noqa: ARG001 - Unfold passes it
    return static("img/icon.svg")
