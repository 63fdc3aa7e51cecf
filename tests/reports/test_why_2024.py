"""On the real plan: every total of the dashboard, and every field of the text, is the sum of the cells it leads to."""

from quotas.models import Quota
from reports.dashboard import dashboard
from reports.fields import Field, load_figures, parse, render
from reports.why import Figure, Measure, figure_of, subject_of
from reports.why_page import last_week, why
from tests.cast import make_user
from trainingplan.models import Plan, Role


def test_every_total_of_the_dashboard_is_the_sum_of_its_cells(plan_2024: Plan) -> None:
    board = make_user("hoa", "Phạm Thị Hoa", Role.BOARD)
    shown = dashboard(plan_2024, board)
    figures = {
        Measure.GIVEN: shown.total.given,
        Measure.REGISTERED: shown.total.registered,
        Measure.ALLOCATED: shown.total.allocated,
        Measure.NOMINATED: shown.total.nominated,
        Measure.PROVINCE: shown.budget.provincial if shown.budget else None,
    }
    for measure, number in figures.items():
        found = why(subject_of(plan_2024, Figure(measure), board), last_week())
        assert found.now == sum(group.value for group in found.groups) == number
        assert found.start + found.difference == found.end
    for programme in shown.programmes:
        subject = subject_of(plan_2024, Figure(Measure.ALLOCATED, programme=programme.key), board)
        assert why(subject, last_week()).now == programme.figures.allocated


def test_fields_of_the_text_lead_to_their_figures(plan_2024: Plan) -> None:
    board = make_user("hoa", "Phạm Thị Hoa", Role.BOARD)
    figures = load_figures(plan_2024)
    keys = [quota.key for quota in Quota.objects.filter(programme__plan=plan_2024, number__gt=0)[:2]]
    for text in (f"{{quota:{keys[0]}}}", f"{{sum:{keys[0]}+{keys[1]}}}", "{budget}"):
        (field,) = parse(text)
        assert isinstance(field, Field)
        figure = figure_of(field, figures)
        assert figure is not None
        assert why(subject_of(plan_2024, figure, board), last_week()).now == render(text, figures).pieces[0].number
