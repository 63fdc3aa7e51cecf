"""Where the places of a check lead one reader: "" stands for no door."""

from reports.checks.places import STRANGER, Place, Spot
from reports.doors import Doors
from trainingplan.models import Plan, User
from trainingplan.policies import Action, may


class CheckDoors(Doors):
    """Addresses of places."""

    def __init__(self, plan: Plan, user: User) -> None:
        super().__init__(plan, user)
        self._finders = {
            Spot.TEXT: self._text,
            Spot.PLAN: self._text,
            Spot.SUBJECT: self._text,
            Spot.QUOTA: self._quota,
            Spot.PROGRAMME: self._quota,
            Spot.APPENDIX: self._appendix,
            Spot.ALLOCATION: self._allocation,
            Spot.ROSTER: self._roster,
            Spot.REGISTRATION: self._unit,
            Spot.BUDGET: self._budget,
        }

    def place(self, place: Place) -> str:
        """The page that shows the place, as near to it as there is an anchor."""
        finder = self._finders.get(place.spot)
        return finder(place) if finder else ""

    def _text(self, place: Place) -> str:
        """Where the text is written, for those who write it; else where it is read."""
        section, _, slot = place.key.partition("/")
        if section and may(self.user, Action.EDIT_PLAN):
            return self.section(section, int(slot or 0))
        url = self._url(Action.SEE_PLAN, "plan-text")
        return f"{url}#{place.at}" if url and place.at else url

    def _quota(self, place: Place) -> str:
        return self.grid(int(place.at)) if place.at else self.allocations()

    def _appendix(self, place: Place) -> str:
        return self.appendix(_number(place))

    def _allocation(self, place: Place) -> str:
        return self.grid(_number(place))

    def _roster(self, place: Place) -> str:
        return self._url(Action.SEE_ROSTER, "roster", number=int(place.at)) if place.at else self.rosters()

    def _unit(self, place: Place) -> str:
        unit = place.key.partition("/")[0]
        return self.unit(unit) if unit and not unit.startswith(STRANGER) else self.registration()

    def _budget(self, place: Place) -> str:
        return self.budget_line(int(place.at)) if place.at else self.budget()


def _number(place: Place) -> int:
    """The appendix with which the key begins; 0 for none."""
    return int(place.key.partition("/")[0] or 0)
