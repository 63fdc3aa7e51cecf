"""A job's page in a browser: the bar follows the job, and the result is there when it is over, without a click."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.test_records import assert_accessible, assert_fits
from tests.cast import Province
from trainingplan.models import Job
from trainingplan.services.jobs import standing

pytestmark = pytest.mark.browser
SLOW = 60_000


def test_the_page_follows_its_job(country: Province, open_page: OpenPage) -> None:
    now = timezone.now()
    job = Job.objects.create(
        kind="x", title="Xuất các phụ lục", plan=country.plan, asked_by=country.alice, asked_as=standing(country.alice),
        asked_at=now, queued_at=now,
    )  # fmt: skip
    jobs = Job.objects.filter(pk=job.pk)
    page = open_page(country.alice, f"/viec-nen/{job.pk}/")
    expect(page.get_by_text("Đang chờ máy xử lý.")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    jobs.update(state=Job.State.RUNNING, done=3, total=16, words="Đang tạo tệp phu-luc-2.pdf")
    expect(page.get_by_text("Đang tạo tệp phu-luc-2.pdf")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("progressbar")).to_have_js_property("value", 3)
    links = [{"url": "/2024/phu-luc/", "words": "Xem phụ lục"}]
    jobs.update(state=Job.State.DONE, finished_at=timezone.now(), links=links, notes=["Đã xuất 16 tệp."])
    expect(page.get_by_role("link", name="Xem phụ lục")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Đã xuất 16 tệp.")).to_be_visible()
    assert_accessible(page)
    page.goto("/viec-nen/")
    expect(page.get_by_role("link", name="Xuất các phụ lục")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
