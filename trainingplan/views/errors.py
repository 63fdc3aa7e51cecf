"""The page of a fault, with the number by which the log tells of it."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

from trainingplan.logs import request_id
from trainingplan.rules.machine_faults import is_full, of_storage

DATABASE_AWAY = (
    "Cơ sở dữ liệu đang khởi động lại, bận hoặc hết chỗ. Việc vừa làm có thể chưa được ghi: "
    "hãy mở lại trang để xem trước khi làm lại."
)
DATABASE_FULL = (
    "Đĩa chứa cơ sở dữ liệu đã đầy: hãy báo người quản trị giải phóng chỗ trống. Việc vừa làm có thể chưa được ghi: "
    "hãy mở lại trang để xem trước khi làm lại."
)
"""It may have gone away after the commit as well, while the page was made."""
RETRY_AFTER = 10


def server_error(_request: HttpRequest) -> HttpResponse:
    """Nothing of the request is used: it may be what went wrong. What passes by itself is no fault of the program."""
    words = _passing(sys.exc_info()[1])
    page = "503.html" if words else "500.html"
    text = loader.get_template(page).render({"request_id": request_id.get(), "words": words})
    if words:
        return HttpResponse(text, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return HttpResponse(text, status=500)


def _passing(error: BaseException | None) -> str:
    """Of a database or a storage that cannot be had at the moment; empty for any other fault."""
    if isinstance(error, OperationalError | InterfaceError):
        return DATABASE_FULL if is_full(error) else DATABASE_AWAY
    return of_storage(error)
