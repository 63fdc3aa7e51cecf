"""The reminder letter: on the screen as it will be printed, and as Word and PDF files."""

from django.http import Http404, HttpResponse
from django.shortcuts import render as render_template
from django.utils import timezone

from quotas.selectors.reminders import reminder
from reports.exports import Format, file_name
from reports.letters import reminder_letter
from reports.rendered import render_once
from reports.renderers.html import render_html
from reports.views.files import attachment
from trainingplan.models import Plan
from trainingplan.policies import Action, UserRequest, plan_view, visible_units

DOWNLOADS = (Format.DOCX, Format.PDF)


@plan_view(Action.RUN_ROUND)
def progress_letter(request: UserRequest, plan: Plan) -> HttpResponse:
    """Công văn đôn đốc to exactly the units that owe; with nobody to remind, the page says so."""
    owing = reminder(plan, visible_units(request.user))
    letter = reminder_letter(plan, owing, timezone.localdate()) if owing.debtors else None
    context = {
        "plan": plan,
        "reminder": owing,
        "letter": render_html(letter) if letter else "",
        "formats": DOWNLOADS,
        "illustrative": owing.illustrative,
    }
    return render_template(request, "reports/letter.html", context)


@plan_view(Action.RUN_ROUND)
def progress_letter_file(request: UserRequest, plan: Plan, extension: str) -> HttpResponse:
    """The letter as a file; none when nobody is to be reminded."""
    owing = reminder(plan, visible_units(request.user))
    if extension not in DOWNLOADS or not owing.debtors:
        raise Http404(extension)
    fmt, letter = Format(extension), reminder_letter(plan, owing, timezone.localdate())
    return attachment(render_once(letter, fmt), file_name(letter, fmt), fmt.content_type)
