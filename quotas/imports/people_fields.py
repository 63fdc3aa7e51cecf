"""What a row of nominees holds: its fields, their headings in files, and which of them a plan's rosters show."""

from collections.abc import Iterable
from typing import Final

QUOTA, RESERVE = "quota", "reserve"
HEADS: Final = {
    QUOTA: "Danh sách",
    "full_name": "Họ và tên",
    "sex": "Giới tính",
    "birth": "Ngày sinh",
    "job_title": "Chức vụ",
    "ethnicity": "Dân tộc",
    "education": "Trình độ hiện tại",
    "degree": "Trình độ đăng ký",
    "field_of_study": "Ngành, chuyên ngành",
    "institution": "Cơ sở đào tạo",
    "mode": "Hình thức",
    "duration": "Thời gian",
    "funding": "Nguồn kinh phí",
    "planned_post": "Quy hoạch",
    "class_name": "Lớp",
    RESERVE: "Dự bị (x)",
    "note": "Ghi chú",
}
"""In the order of the sheet."""
ALWAYS: Final = (QUOTA, "full_name", "sex", "birth", "job_title", RESERVE)


def shown_fields(sources: Iterable[str]) -> tuple[str, ...]:
    """The fields of a sheet for rosters that show these sources."""
    wanted = {*ALWAYS, *sources}
    return tuple(field for field in HEADS if field in wanted)
