"""Ủy quyền: who decides for whom, from when to when; given and taken back by the principal."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from trainingplan.forms import DelegationForm
from trainingplan.models import Delegation, User
from trainingplan.policies import DEPUTIES, FORM, WRITE, Action, UserRequest, access, may
from trainingplan.selectors import delegations as read_delegations
from trainingplan.services.delegations import grant_delegation, revoke_delegation
from trainingplan.services.reauth import recently_signed_in
from trainingplan.services.refusals import Refused
from trainingplan.views.data_sheets import delegations_data
from trainingplan.views.sheets import page_or_sheet


@access(Action.SEE_DELEGATIONS)
def delegations(request: UserRequest) -> HttpResponse:
    """All of them, with what each is worth today."""
    lines = read_delegations(request.user)
    context = {"lines": lines, "may_delegate": may(request.user, Action.DELEGATE)}
    return page_or_sheet(request, "trainingplan/delegations.html", context, lambda: delegations_data(lines))


@access(Action.DELEGATE, FORM)
@recently_signed_in
def delegation_add(request: UserRequest) -> HttpResponse:
    """Give one's own right to a deputy."""
    people = User.objects.filter(is_active=True, role__in=DEPUTIES).exclude(pk=request.user.pk).order_by("full_name")
    form = DelegationForm(request.POST or None, deputies=list(people))
    if request.method == "POST" and form.is_valid() and _grant(request, form):
        return redirect("delegations")
    return render(request, "trainingplan/delegation_form.html", {"form": form})


def _grant(request: UserRequest, form: DelegationForm) -> bool:
    """Whether it was given; what is refused stands in the form."""
    data = form.cleaned_data
    try:
        grant_delegation(
            deputy=form.chosen,
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
            reason=data["reason"],
            actor=request.user,
        )
    except Refused as refused:
        form.add_error(refused.field or None, refused.message)
        return False
    messages.success(request, f"Đã ủy quyền cho {form.chosen.full_name}.", extra_tags="is-ok")
    return True


@access(Action.DELEGATE, WRITE)
def delegation_revoke(request: UserRequest, pk: int) -> HttpResponse:
    """Take one's delegation back; that of somebody else does not exist here."""
    delegation = get_object_or_404(Delegation.objects.select_related("deputy"), pk=pk, principal=request.user)
    try:
        revoke_delegation(delegation=delegation, actor=request.user)
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="is-bad")
    else:
        messages.success(request, f"Đã thu hồi ủy quyền của {delegation.deputy.full_name}.", extra_tags="is-ok")
    return redirect("delegations")
