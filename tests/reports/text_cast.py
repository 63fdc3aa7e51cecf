"""A small text for the small province: I. with 1. and 2., II.; the programme stands at 1. with two lettered items."""

from dataclasses import dataclass

import pytest

from courses.models import Programme, Slot
from tests.cast import Province
from trainingplan.models import Plan, Section

BODY = "Dự kiến {quota:hcm} chỉ tiêu."


@dataclass(frozen=True)
class Text:
    plan: Plan
    programme: Programme
    first: Slot
    second: Slot

    def section(self, key: str) -> Section:
        return Section.objects.get(plan=self.plan, key=key)

    @property
    def shown(self) -> str:
        """Markers and keys in reading order, children in brackets."""
        return " ".join(f"{section.marker}{section.key}" for section in self.plan.sections.order_by("position"))


def make_text(province: Province) -> Text:
    plan = province.plan
    rows = [("can-cu", "", "", None), ("mot", "I.", "MỤC ĐÍCH", None), ("cao-cap", "1.", "Cao cấp", "mot")]
    rows += [("yeu-cau", "2.", "Yêu cầu", "mot"), ("hai", "II.", "KINH PHÍ", None)]
    made: dict[str | None, Section] = {}
    for position, (key, marker, heading, parent) in enumerate(rows, start=1):
        made[key] = Section.objects.create(
            plan=plan, key=key, marker=marker, heading=heading, parent=made.get(parent), position=position
        )
    Section.objects.filter(key="can-cu").update(body="Căn cứ Nghị quyết số 09-NQ/TU ngày 06/6/2022.")
    programme = province.hcm.programme
    programme.section, programme.code = made["cao-cap"], "1"
    programme.save()
    slots = [
        Slot.objects.create(programme=programme, position=position, label=label, body=body)
        for position, (label, body) in enumerate([("Số lượng:", BODY), ("Thời gian:", "Trong năm {year}.")], start=1)
    ]
    return Text(plan, programme, slots[0], slots[1])


@pytest.fixture
def text(province: Province) -> Text:
    return make_text(province)
