"""Where the numbers of a page lead: to the rows they are made of. No door where the reader may not go."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from quotas.selectors.progress import Standing
from quotas.selectors.waiting import OUTSIDE
from reports.dashboard import ProgrammeFigures, QuotaFigures, Way
from reports.why import Figure, why_address
from trainingplan.models import Plan, User
from trainingplan.policies import Action, may


@lru_cache(4096)
def _address(name: str, year: int, *more: tuple[str, Any]) -> str:
    """A dashboard has hundreds of doors, the same ones each time."""
    return reverse(name, kwargs={"year": year, **dict(more)})


class Doors:
    """Addresses for one reader of one plan; "" stands for no door."""

    def __init__(self, plan: Plan, user: User) -> None:
        self.plan, self.user = plan, user

    def _url(self, action: Action, name: str, query: dict[str, str] | None = None, **kwargs: Any) -> str:
        if not may(self.user, action):
            return ""
        url = _address(name, self.plan.year, *kwargs.items())
        return f"{url}?{urlencode(query)}" if query else url

    def why(self, figure: Figure) -> str:
        """Why a figure is what it is, and what changed it."""
        return why_address(self.plan, figure, self.user)

    def registration(self) -> str:
        return self._url(Action.SEE_REGISTRATION, "registration")

    def unit(self, key: str) -> str:
        """A unit's own grid."""
        return self._url(Action.SEE_REGISTRATION, "registration-unit", unit_key=key)

    def allocations(self) -> str:
        return self._url(Action.SEE_ALLOCATION, "allocation-index")

    def rosters(self) -> str:
        return self._url(Action.SEE_ROSTER, "rosters")

    def roster(self, appendix: int) -> str:
        """The roster that an appendix prints."""
        return self._url(Action.SEE_ROSTER, "roster", number=appendix)

    def budget(self) -> str:
        return self._url(Action.SEE_BUDGET, "budget")

    def budget_line(self, pk: int) -> str:
        """A line in the table of the budget."""
        url = self.budget()
        return f"{url}#dong-{pk}" if url else ""

    def appendix(self, number: int) -> str:
        """An appendix as it is printed."""
        return self._url(Action.SEE_APPENDICES, "appendix", number=number)

    def cell(self, table: str, unit_key: str, column_id: int) -> str:
        """Who changed a cell of a grid, and when."""
        query = {"bang": table, "don-vi": unit_key, "chi-tieu": str(column_id)}
        return self._url(Action.SEE_CELL_HISTORY, "cell-history", query)

    def editor(self) -> str:
        """Where the plan's text is written."""
        return self._url(Action.EDIT_PLAN, "plan-editor")

    def section(self, key: str, slot: int | None = None) -> str:
        """A section of the plan's text, or one of its lettered items by its place, where it is written."""
        url = self._url(Action.EDIT_PLAN, "plan-editor-section", key=key)
        return f"{url}#diem-{slot}" if url and slot else url

    def execution(self) -> str:
        """Planned, granted and settled money."""
        return self._url(Action.SEE_BUDGET, "budget-execution")

    def progress(self, *, standing: Standing | None = None, group_id: int | None = None) -> str:
        """The progress page, perhaps of one standing or khối only."""
        query = {"trang-thai": str(standing)} if standing else {}
        if group_id is not None:
            query["khoi"] = str(group_id)
        return self._url(Action.SEE_PROGRESS, "progress", query)

    def grid(self, appendix: int | None) -> str:
        """The grid of an appendix, with what its quotas give, what is registered and what is allocated."""
        return self._url(Action.SEE_ALLOCATION, "allocation", number=appendix or OUTSIDE)

    def quota(self, quota: QuotaFigures) -> str:
        return self.grid(quota.appendix)

    def people(self, quota: QuotaFigures) -> str:
        """The people named for a quota: on its appendix's roster, if it has one."""
        if quota.way is Way.ROSTER:
            return self.roster(quota.appendix or OUTSIDE)
        return self.rosters()

    def left(self, quota: QuotaFigures) -> str:
        """Where what is left of a quota is filled."""
        return self.people(quota) if quota.way is Way.ROSTER else self.quota(quota)

    def programme(self, programme: ProgrammeFigures) -> str:
        """The grid of the programme's quotas when they stand in one, else all grids."""
        appendices = {quota.appendix for quota in programme.quotas}
        return self.grid(appendices.pop()) if len(appendices) == 1 else self.allocations()
