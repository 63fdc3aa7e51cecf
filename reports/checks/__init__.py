"""Soát số liệu: where text, quotas, appendices, rosters and budget of a plan do not say the same."""

from reports.checks.appendices import check_appendices
from reports.checks.budget import check_budget, load_funds
from reports.checks.findings import CheckResult, Disagreement, Findings
from reports.checks.places import Place, Spot
from reports.checks.quotas import check_quotas, load_grids
from reports.checks.rules import Comparison, Rule
from reports.checks.text import check_text
from reports.fields import load_figures
from reports.text import plan_text
from trainingplan.models import Plan

__all__ = ["CheckResult", "Comparison", "Disagreement", "Place", "Rule", "Spot", "check_plan"]


def check_plan(plan: Plan) -> CheckResult:
    """Compare every figure of the plan with where else it stands; the number of queries does not depend on the data."""
    findings, figures = Findings(), load_figures(plan)
    appendices = list(plan.appendices.prefetch_related("columns"))
    funds = load_funds(plan)
    check_text(plan, figures, plan_text(plan, figures).paragraphs, findings)
    grids = load_grids(plan, figures, {one.number: one.kind for one in appendices})
    check_quotas(plan, figures, grids, findings)
    check_appendices(plan, figures, appendices, {fund.key for fund in funds}, findings)
    check_budget(plan, figures, appendices, funds, findings)
    return findings.result()
