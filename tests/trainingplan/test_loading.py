"""The plan of 2024 as it stands once it is loaded."""

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.loaded import FACTS, ILLUSTRATIVE, LAST_YEAR
from trainingplan.models import Appendix, Participant, Plan, Section, Unit, UnitGroup, UnitName


def test_the_plan_stands_as_its_text_and_appendices_say(plan_2024: Plan) -> None:
    assert plan_2024.symbol == "KH/TU"
    assert (plan_2024.number, plan_2024.issued_on) == ("", None)
    assert plan_2024.sections.count() == 29
    assert Section.objects.get(plan=plan_2024, key="dai-hoc").parent == Section.objects.get(key="trong-nuoc-dao-tao")
    landscape = Appendix.objects.filter(plan=plan_2024, landscape=True).values_list("number", flat=True)
    assert list(landscape) == [2, 3, 4, 8]
    for appendix in plan_2024.appendices.all():
        widths = sum(appendix.columns.values_list("width", flat=True))
        assert widths == (252 if appendix.landscape else 165), appendix


def test_units_of_2024_stand_in_their_groups(plan_2024: Plan) -> None:
    counted = {
        group.key: Participant.objects.filter(plan=plan_2024, group=group).count() for group in UnitGroup.objects.all()
    }
    assert counted == {"dang-doan-the": 18, "nha-nuoc": 21, "huyen-thi-thanh": 13}
    assert UnitName.objects.get(unit__key="huyen-uy-binh-son").name == "Huyện ủy Bình Sơn"
    assert not Unit.objects.filter(placements__isnull=True).exists()


def test_a_second_load_writes_nothing_but_reads(plan_2024: Plan) -> None:
    with CaptureQueriesContext(connection) as queries:
        call_command("load_plan", FACTS, ILLUSTRATIVE, LAST_YEAR)
    written = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []
    assert len(queries) < 130
