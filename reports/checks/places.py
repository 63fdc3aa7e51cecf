"""Places of a plan that a check names: in words for those who read, and as plain data for those who lead there."""

from dataclasses import dataclass
from enum import StrEnum

from reports.fields import Figures, QuotaFigure
from reports.plan_document import place_anchor
from reports.text import TextParagraph


class Spot(StrEnum):
    """What a place is, and beside it what the key of such a `Place` is made of."""

    NONE = ""
    PLAN = "plan"
    SUBJECT = "subject"
    TEXT = "text"  # section, or section/position of the lettered item
    QUOTA = "quota"  # programme/quota
    PROGRAMME = "programme"  # programme
    APPENDIX = "appendix"  # number, or number/position of the column
    ALLOCATION = "allocation"  # number of the appendix or nothing, for one cell number/programme/quota/unit
    ROSTER = "roster"  # number of the appendix or nothing, of one unit number/unit
    REGISTRATION = "registration"  # unit/programme/quota
    BUDGET = "budget"  # key of the line, or nothing for all


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere in the plan: in words, and as plain data for those who lead there.

    `at` helps to find it and is no part of what it is: of a quota or programme the appendix whose grid shows it, of
    people the appendix that lists them, of a place in the text its anchor, of a budget line its id.
    """

    words: str
    spot: Spot = Spot.NONE
    key: str = ""
    at: str = ""

    @property
    def stable(self) -> str:
        """What names the place whatever its name becomes; its words where it has no key."""
        return f"{self.spot}:{self.key}" if self.key else f"{self.spot}:{self.words}"


STRANGER = "#"
"""Begins the key of a unit that does not take part in the plan."""
TEXT = Place("Văn bản kế hoạch", Spot.TEXT)
PLAN = Place("Kế hoạch", Spot.PLAN)
SUBJECT = Place("Trích yếu", Spot.SUBJECT)
DATA = Place("Dữ liệu")
ALL_LINES = Place("Tổng các dòng kinh phí", Spot.BUDGET)


def in_text(paragraph: TextParagraph, more: str = "") -> Place:
    """A paragraph of the text, or something in it that `more` tells."""
    if not paragraph.section:
        return Place(f"{paragraph.where or TEXT.words}{more}", Spot.PLAN)
    key = f"{paragraph.section}/{paragraph.slot}" if paragraph.slot else paragraph.section
    return Place(f"{paragraph.where}{more}", Spot.TEXT, key, place_anchor(paragraph.where))


def of_quota(quota: QuotaFigure) -> Place:
    key = f"{quota.programme}/{quota.key}"
    return Place(f"Chỉ tiêu «{quota.name}»", Spot.QUOTA, key, str(quota.appendix or ""))


def of_programme(key: str, words: str, figures: Figures) -> Place:
    """A programme; its grid is that of its quotas, if they all stand in one."""
    appendices = {quota.appendix for quota in figures.quotas if quota.programme == key}
    return Place(words, Spot.PROGRAMME, key, str(appendices.pop() or "") if len(appendices) == 1 else "")


def of_appendix(number: int, more: str = "") -> Place:
    return Place(f"Phụ lục {number}{more}", Spot.APPENDIX, str(number))
