"""What the pages of the back office share: rights by role, strict fields, search without marks, a trace."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import DataError, IntegrityError, models, transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminSingleDateWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from trainingplan.admin.forms import CatalogueForm, CatalogueFormSet, ModelForm
from trainingplan.admin.history import history_page
from trainingplan.admin.seen import FIELD, fingerprint, why_stale
from trainingplan.admin.widgets import ChooseMany, ChooseOne, KeysField
from trainingplan.forms import MONEY_MAXIMUM, SMALL_MAXIMUM, CleanCharField, CountField, MoneyField, WholeDateField
from trainingplan.models import Unit, User
from trainingplan.policies import Action, may
from trainingplan.rules.names import fold
from trainingplan.services.catalogue import UNGROUPED, Edits, in_words, plan_of, uses_of, why_frozen
from trainingplan.services.refusals import Refused

PAGE = 25
FOLDED = ("name_search", "key", "username", "code", "official_code")
"""Columns that hold folded or plain text: the database searches them. Others are folded as they are read."""

FIELDS = {
    models.SlugField: {"widget": UnfoldAdminTextInputWidget},
    models.CharField: {"form_class": CleanCharField, "widget": UnfoldAdminTextInputWidget},
    models.TextField: {"form_class": CleanCharField, "widget": UnfoldAdminTextareaWidget},
    models.DateField: {"form_class": WholeDateField, "widget": UnfoldAdminSingleDateWidget},
    models.PositiveIntegerField: {"form_class": CountField, "widget": UnfoldAdminTextInputWidget},
    models.PositiveSmallIntegerField: {
        "form_class": CountField,
        "max_value": SMALL_MAXIMUM,
        "widget": UnfoldAdminTextInputWidget,
    },
    models.PositiveBigIntegerField: {
        "form_class": MoneyField,
        "max_value": MONEY_MAXIMUM,
        "widget": UnfoldAdminTextInputWidget,
    },
}


def user_of(request: HttpRequest) -> User:
    """Who asks; the back office opens to nobody else."""
    return cast("User", request.user)


def edits_of(request: HttpRequest) -> Edits:
    """The edits of this request: one batch, whatever forms it saves."""
    edits: Edits = vars(request).setdefault("edits", Edits(user_of(request)))
    return edits


class Rights:
    """Who may do what here: one action of the table in `trainingplan.policies`, and nothing in a frozen plan."""

    action: ClassVar[Action] = Action.KEEP_CATALOGUES
    can_add: ClassVar[bool] = True
    can_change: ClassVar[bool] = True
    can_remove: ClassVar[bool] = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(user_of(request), self.action)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may(user_of(request), self.action)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.can_add and self._open(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.can_change and self._open(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.can_remove and self._open(request, obj)

    def _open(self, request: HttpRequest, obj: Model | None) -> bool:
        return may(user_of(request), self.action) and not (obj is not None and why_frozen(plan_of(obj)))


class StrictFields:
    """Form fields: the one number parser, text in NFC, units by name in one query, no pop-up windows."""

    ranges: ClassVar[dict[str, tuple[int, int]]] = {}
    """The least and the most a number field takes, where the database holds a narrower range than its type."""

    def formfield_for_dbfield(self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.ranges:
            kwargs["min_value"], kwargs["max_value"] = self.ranges[db_field.name]
        if db_field.name in UNGROUPED:
            kwargs["grouped"] = False
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        for link in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
            if field is not None and hasattr(field.widget, link):
                setattr(field.widget, link, False)
        return field

    def formfield_for_foreignkey(
        self, db_field: "models.ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.remote_field.model is Unit:
            kwargs.setdefault("queryset", Unit.objects.prefetch_related("names"))
        self._choose_by(ChooseOne, db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(
        self, db_field: "models.ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        self._choose_by(ChooseMany, db_field, request, kwargs)
        kwargs.setdefault("form_class", KeysField)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def _choose_by(
        self,
        widget: type[ChooseOne | ChooseMany],
        db_field: "models.Field[Any, Any]",
        request: HttpRequest,
        kwargs: dict[str, Any],
    ) -> None:
        page = cast("ModelAdmin", self)
        if "widget" not in kwargs and db_field.name in page.get_autocomplete_fields(request):
            kwargs["widget"] = widget(db_field, page.admin_site, using=kwargs.get("using"))


class Part(Rights, StrictFields, TabularInline):
    """Rows edited on the page of the row they belong to."""

    formset = CatalogueFormSet
    form = CatalogueForm
    formfield_overrides = FIELDS
    extra = 0
    show_change_link = False


class CatalogueAdmin(Rights, StrictFields, ModelAdmin):
    """A catalogue: listed, searched, edited with a trace; deleted only while nothing else uses the row."""

    form = CatalogueForm
    formfield_overrides = FIELDS
    list_per_page = PAGE
    list_max_show_all = PAGE
    show_full_result_count = False
    list_before_template = "admin/illustrative.html"
    change_form_before_template = "admin/seen.html"
    fixed_fields: ClassVar[Sequence[str]] = ("key",)
    """What is set once, when the row is added."""
    parts: ClassVar[tuple[type[Model], ...]] = ()
    """The models of its own parts, which go with it."""
    only_listed: ClassVar[bool] = False
    """Whether a row says all that there is to say in its line, and has no page of its own."""

    def get_urls(self) -> list[URLPattern]:
        urls: list[URLPattern] = super().get_urls()
        return [url for url in urls if not (self.only_listed and "object_id" in url.pattern.converters)]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        names = {field.name for field in self.opts.concrete_fields}
        fixed = [name for name in self.fixed_fields if name in names] if obj is not None else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Every word typed must occur in some of the columns, whatever the case and the marks."""
        words = fold(search_term).split()
        if not words:
            return queryset, False
        columns = self.get_search_fields(request)
        stored = [column for column in columns if column.endswith(FOLDED)]
        read = [column for column in columns if column not in stored]
        if not read:
            for word in words:
                queryset = queryset.filter(_any_of(stored, word))
            return queryset, True
        found = [pk for pk, *texts in queryset.order_by().values_list("pk", *columns) if _holds(words, texts)]
        return queryset.filter(pk__in=found), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        extra = (extra_context or {}) | {"illustrative": self._has_illustrative()}
        return _in_words(request, super().changelist_view, extra)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id)) if object_id else None
        extra = (extra_context or {}) | {"seen": fingerprint(self, row) if row is not None else ""}
        return _in_words(request, super().changeform_view, object_id, form_url, extra)

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        form = super().get_form(request, obj, change, **kwargs)
        if change and obj is not None and FIELD in request.POST:
            form.stale = why_stale(self, obj, request.POST[FIELD])
        return form

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return _in_words(request, super().delete_view, object_id, extra_context)

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:  # noqa: FBT001
        edits_of(request).save(obj)

    def save_related(
        self,
        request: HttpRequest,
        form: ModelForm,
        formsets: Sequence[Any],
        change: bool,  # noqa: FBT001
    ) -> None:
        edits = edits_of(request)
        for relation in form.instance._meta.many_to_many:
            if relation.name in form.cleaned_data:
                edits.relate(form.instance, relation.name, form.cleaned_data[relation.name])
        for formset in formsets:
            formset.save_to(edits)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        with transaction.atomic():
            edits_of(request).delete(obj, parts=self.parts)
            edits_of(request).close()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            for row in queryset:
                edits_of(request).delete(row, parts=self.parts)
            edits_of(request).close()

    def get_deleted_objects(
        self, objs: Sequence[Model] | QuerySet[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Django's summary for the confirmation, with everything that uses the rows as protected."""
        names, protected = [str(row) for row in objs], []
        for row in objs:
            if why := why_frozen(plan_of(row)):
                protected.append(f"{row}: {why}")
            elif uses := self.uses_of(row):
                protected.append(f"{row}: {in_words(uses)}")
        return names, {str(self.opts.verbose_name_plural): len(names)}, set(), protected

    def uses_of(self, row: Model) -> list[Model]:
        """What keeps the row from being deleted."""
        return uses_of(row, parts=self.parts)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """Django calls this within the transaction, when all is saved: the batch is closed."""
        edits_of(request).close()

    log_change = log_addition

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Logged where it is deleted."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return history_page(self, request, object_id)

    def _has_illustrative(self) -> bool:
        names = {field.name for field in self.opts.concrete_fields}
        return "illustrative" in names and self.model._default_manager.filter(illustrative=True).exists()


def _in_words(request: HttpRequest, view: Callable[..., HttpResponse], *args: Any) -> HttpResponse:
    """What the forms could not foresee – somebody else was faster – is said in words, and nothing is written."""
    try:
        return view(request, *args)
    except Refused as refusal:
        messages.error(request, refusal.message)
    except (IntegrityError, DataError):
        messages.error(request, "Chưa lưu: dữ liệu vừa được người khác sửa. Hãy xem lại rồi nhập lần nữa.")
    return HttpResponseRedirect(request.get_full_path())


def _any_of(columns: Sequence[str], word: str) -> Q:
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__icontains": word})
    return found


def _holds(words: Sequence[str], texts: Sequence[object]) -> bool:
    text = fold(" ".join(str(part) for part in texts if part is not None))
    return all(word in text for word in words)
