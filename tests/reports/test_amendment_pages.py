"""The page of the comparison on a small plan: nothing to compare, nothing changed, and what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quotas.services.cells import save_allocations
from reports.services.submittals import open_amendment
from tests.issuing import Office
from tests.office import signed_in

URL = "/2024/ke-hoach/dieu-chinh/"
pytestmark = pytest.mark.usefixtures("quick_files")


def queries(office: Office) -> int:
    client = signed_in(office.province.hoa)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(URL).status_code == 200
    return len(captured)


def test_before_the_first_issue_there_is_nothing_to_compare(office: Office) -> None:
    client = signed_in(office.province.hoa)
    assert "Chưa có bản nào đã ban hành." in client.get(URL).content.decode()
    assert client.get(f"{URL}so-sanh.xlsx").status_code == 404


def test_nothing_changed_says_so(office: Office) -> None:
    office.issued()
    assert "Không có gì khác nhau." in signed_in(office.leader).get(URL).content.decode()


def test_ten_changes_cost_what_one_costs(office: Office) -> None:
    office.issued()
    open_amendment(plan=office.plan, reason="Trung ương giao thêm", actor=office.province.hoa)
    first, second = office.moved()
    save_allocations(plan=office.plan, cells=[first], actor=office.province.hoa)
    one = queries(office)
    save_allocations(plan=office.plan, cells=[second], actor=office.province.hoa)
    assert queries(office) == one


def test_who_may_not_see_the_plan_sees_no_comparison(office: Office) -> None:
    assert signed_in(office.province.alice).get(URL).status_code == 403
