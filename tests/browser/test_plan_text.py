"""The plan's text on the screen: nothing for axe to complain of, on a laptop and on a phone."""

import pytest

from tests.browser.conftest import OpenPage
from tests.browser.test_grid_pages import complaints
from tests.cast import Province
from trainingplan.models import Section

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
def test_the_text_is_accessible(country: Province, open_page: OpenPage, *, phone: bool) -> None:
    above = None
    lines = "Theo {quota:kv3} chỉ tiêu của năm {year}:\n- Một.\n+ Hai."
    for position, (marker, heading) in enumerate(
        (("I.", "NỘI DUNG"), ("1.", "Về đào tạo"), ("1.1.", "Trong nước"), ("1.1.1.", "Theo quy định:")), 1
    ):
        above = Section.objects.create(
            plan=country.plan, parent=above, key=f"s-{position}", position=position, marker=marker, heading=heading
        )
    Section.objects.filter(key="s-4").update(body=lines)
    page = open_page(country.hoa, "/2024/ke-hoach/", phone=phone)
    assert page.locator(".doc .field").count() == 2
    assert complaints(page) == ""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
