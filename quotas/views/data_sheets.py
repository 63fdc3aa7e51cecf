"""The lists and grids of quotas as data sheets: one row a thing, groups as a column, numbers as numbers."""

from collections.abc import Iterable, Sequence

from quotas.selectors.allocation import AllocationGrid
from quotas.selectors.answers import Review
from quotas.selectors.approvals import Section
from quotas.selectors.progress import UnitProgress
from quotas.selectors.proposals import DemandTable, ProposalTable
from quotas.selectors.registration import RegistrationSheet
from quotas.selectors.rosters import Nominee, Roster, RosterLine
from quotas.selectors.search import Hits
from quotas.selectors.waiting import Places
from quotas.views.allocation_html import Wording
from trainingplan.models import Plan
from trainingplan.resources.sheets import DataSheet, Value

NO_NEED = "không có nhu cầu"


def registration_data(plan: Plan, unit_key: str, sheet: RegistrationSheet) -> DataSheet:
    return DataSheet(
        title=f"Đăng ký nhu cầu {plan.year} – {sheet.unit_name}",
        stem=f"dang-ky-{plan.year}-{unit_key}",
        heads=(
            "Mục", "Chương trình", "Chỉ tiêu", "Từ đếm", "Chỉ tiêu chung", f"Năm {sheet.last_year}", "Đăng ký",
            "Không có nhu cầu", "Ghi chú", "Người sửa", "Sửa lúc",
        ),
        rows=[
            (
                block.code, block.name, row.name, row.counting_word, row.given, row.last_year, row.number,
                NO_NEED if row.no_need else "", row.note, row.author, row.at,
            )
            for block in sheet.blocks
            for row in block.rows
        ],
        notes=(f"Trạng thái: {sheet.state_label}",),
        illustrative=sheet.illustrative,
    )  # fmt: skip


def review_data(plan: Plan, unit_key: str, review: Review) -> DataSheet:
    """What the unit registered beside what it was given, as its answer is judged."""
    return DataSheet(
        title=f"Trả lời của {review.sheet.unit_name} năm {plan.year}",
        stem=f"tra-loi-{plan.year}-{unit_key}",
        heads=(
            "Mục", "Chương trình", "Chỉ tiêu", f"Năm {review.sheet.last_year}", "Đăng ký", "Không có nhu cầu",
            "Giao cả tỉnh", "Được phân bổ", "Nhận xét khi trả lại",
        ),
        rows=[
            (
                block.code, block.name, one.row.name, one.row.last_year, one.row.number,
                NO_NEED if one.row.no_need else "", one.given, one.allocated, one.remark,
            )
            for block in review.blocks
            for one in block.rows
        ],
        notes=(f"Trạng thái: {review.sheet.state_label}",),
        illustrative=review.sheet.illustrative,
    )  # fmt: skip


def grid_data(
    plan: Plan,
    stem: str,
    grid: AllocationGrid,
    *,
    title: str,
    illustrative: bool,
    wording: Wording | None = None,
    whole: bool = True,
) -> DataSheet:
    """A grid of the Board's: a row for each unit and column that holds anything, as pivots want it.

    `wording` names what stands small beside the numbers, where it is not what units registered; `whole`: the sums of
    the province are for the reader.
    """
    asked = wording.asked if wording else "Đăng ký"
    return DataSheet(
        title=f"{title} – {grid.title} ({plan.year})",
        stem=f"{stem}-{plan.year}",
        heads=("Khối", "Mã đơn vị", "Đơn vị", "Nhóm cột", "Cột", "Số", asked, "Khác đề xuất", "Ghi chú"),
        rows=[
            (
                group.name, row.key, row.name, column.group_head, column.name, cell.number, cell.registered,
                cell.difference, cell.note,
            )
            for group in grid.groups
            for row in group.rows
            for column, cell in zip(grid.columns, row.cells, strict=True)
            if cell.number is not None or cell.registered is not None
        ],
        notes=tuple(
            f"{column.name}: giao {_known(column.given)}, đã phân bổ {column.allocated}, giữ lại {column.held}, "
            f"còn lại {_known(column.left)}"
            for column in (grid.columns if whole else ())
        ),
        illustrative=illustrative,
    )  # fmt: skip


def _known(number: int | None) -> str:
    return "–" if number is None else str(number)


def places_data(plan: Plan, places: Iterable[Places], *, illustrative: bool) -> DataSheet:
    return DataSheet(
        title=f"Chỉ tiêu theo phụ lục năm {plan.year}",
        stem=f"phan-bo-{plan.year}",
        heads=("Phụ lục", "Tên", "Số chỉ tiêu", "Giao", "Đăng ký", "Đã phân bổ", "Giữ lại", "Còn lại"),
        rows=[
            (
                one.number or None, one.title, one.quotas, one.balance.given, one.registered, one.allocated,
                one.balance.held, one.balance.left,
            )
            for one in places
        ],
        illustrative=illustrative,
    )  # fmt: skip


def progress_data(
    plan: Plan, units: Iterable[UnitProgress], *, notes: tuple[str, ...], illustrative: bool
) -> DataSheet:
    return DataSheet(
        title=f"Tiến độ đăng ký năm {plan.year}",
        stem=f"tien-do-{plan.year}",
        heads=(
            "Khối", "Mã đơn vị", "Đơn vị", "Trạng thái", "Ô đã nhập", "Số người", "Gửi lúc", "Người gửi", "Hạn",
            "So với hạn", "Xin gia hạn",
        ),
        rows=[
            (
                one.unit.group, one.unit.key, one.unit.name, one.standing.label, one.filled, one.registered,
                one.sent_at, one.sent_by, one.due_at, one.lateness, one.waiting,
            )
            for one in units
        ],
        notes=notes,
        illustrative=illustrative,
    )  # fmt: skip


def rosters_data(plan: Plan, lines: Sequence[RosterLine]) -> DataSheet:
    return DataSheet(
        title=f"Danh sách cử đi năm {plan.year}",
        stem=f"danh-sach-{plan.year}",
        heads=("Phụ lục", "Danh sách", "Giao cả tỉnh", "Phân bổ", "Đã cử", "Còn lại", "Dự bị"),
        rows=[
            (
                line.number, line.title, line.given, line.places.allocated, line.places.nominated, line.places.left,
                line.places.reserve,
            )
            for line in lines
        ],
        illustrative=any(line.illustrative for line in lines),
    )  # fmt: skip


def roster_data(plan: Plan, roster: Roster) -> DataSheet:
    """The people as the page shows them: what is masked there is masked here."""

    def person(khoi: str, unit: str, one: Nominee, listed: str) -> tuple[Value, ...]:
        cells = tuple(value for _, value in one.cells)
        known = (khoi, unit, one.quota, listed, one.full_name, one.sex, one.birth, one.job_title)
        return (*known, *cells, "có" if one.illustrative else "")

    return DataSheet(
        title=f"Phụ lục {roster.number}. {roster.title}",
        stem=f"danh-sach-{plan.year}-phu-luc-{roster.number}",
        heads=(
            "Khối", "Đơn vị", "Chỉ tiêu", "Danh sách", "Họ và tên", "Giới tính", "Ngày sinh", "Chức vụ",
            *(column.head for column in roster.columns), "Số liệu minh họa",
        ),
        rows=[
            person(group.name, unit.name, one, listed)
            for group in roster.groups
            for unit in group.units
            for listed, people in (("chính thức", unit.people), ("dự bị", unit.reserve))
            for one in people
        ],
        illustrative=roster.illustrative,
    )  # fmt: skip


def approvals_data(plan: Plan, sections: Iterable[Section], *, illustrative: bool) -> DataSheet:
    rows: list[tuple[Value, ...]] = []
    for section in sections:
        for item in section.items:
            said = item.approval
            rows.append(
                (
                    section.number or None, section.title, item.quota.name, item.quota.number, item.total,
                    item.standing.label,
                    said.submitted_by.full_name if said else "", said.submitted_at if said else None,
                    said.decided_by.full_name if said and said.decided_by else "",
                    said.on_behalf_of.full_name if said and said.on_behalf_of else "",
                    said.decided_at if said else None, said.remark if said else "",
                )
            )  # fmt: skip
    return DataSheet(
        title=f"Duyệt phân bổ năm {plan.year}",
        stem=f"duyet-phan-bo-{plan.year}",
        heads=(
            "Phụ lục", "Tên phụ lục", "Chỉ tiêu", "Giao", "Đã phân bổ", "Trạng thái", "Người trình", "Trình lúc",
            "Người duyệt", "Duyệt thay", "Duyệt lúc", "Ý kiến",
        ),
        rows=rows,
        illustrative=illustrative,
    )  # fmt: skip


def proposals_data(plan: Plan, number: int, tables: Iterable[ProposalTable], *, illustrative: bool) -> DataSheet:
    return DataSheet(
        title=f"Đề xuất phân bổ {f'phụ lục {number}' if number else 'ngoài phụ lục'} năm {plan.year}",
        stem=f"de-xuat-{plan.year}-phu-luc-{number}",
        heads=(
            "Chỉ tiêu", "Khối", "Mã đơn vị", "Đơn vị", "Nhu cầu", "Đang phân bổ", "Đề xuất", "Thay đổi", "Vì sao",
            "Đã đổi sau khi lập", "Người lập", "Lập lúc",
        ),
        rows=[
            (
                table.quota.name, line.unit.group, line.unit.key, line.unit.name, line.demand, line.now, line.places,
                line.growth, line.explanation, "có" if line.changed_since else "", table.made_by, table.made_at,
            )
            for table in tables
            for line in table.lines
        ],
        notes=("Đề xuất chưa áp dụng; số đang phân bổ là số trong phần mềm lúc tải tệp.",),
        illustrative=illustrative,
    )  # fmt: skip


def demand_data(plan: Plan, number: int, demand: DemandTable, *, illustrative: bool) -> DataSheet:
    """What became of each demand: granted, in reserve, refused."""
    return DataSheet(
        title=f"Nhu cầu, dự bị {f'phụ lục {number}' if number else 'ngoài phụ lục'} năm {plan.year}",
        stem=f"nhu-cau-{plan.year}-phu-luc-{number}",
        heads=("Khối", "Mã đơn vị", "Đơn vị", "Chương trình", "Nhu cầu", "Được giao", "Dự bị", "Không được giao"),
        rows=[
            (
                row.unit.group, row.unit.key, row.unit.name, programme, answer.demand, answer.granted, answer.reserve,
                answer.refused,
            )
            for row in demand.rows
            for programme, answer in zip(demand.programmes, row.answers, strict=True)
            if answer.demand or answer.granted
        ],
        illustrative=illustrative,
    )  # fmt: skip


def search_data(plan: Plan, typed: str, found: Sequence[tuple[str, Hits | None]]) -> DataSheet:
    return DataSheet(
        title=f"Tìm «{typed}» trong kế hoạch {plan.year}",
        stem=f"tim-kiem-{plan.year}",
        heads=("Loại", "Tên", "Thuộc", "Phụ lục"),
        rows=[
            (kind, hit.name, hit.aside, hit.appendix or None)
            for kind, hits in found
            if hits is not None
            for hit in hits.shown
        ],
        notes=tuple(
            f"{kind}: còn {hits.more} kết quả khác; gõ thêm chữ để tìm hẹp hơn"
            for kind, hits in found
            if hits is not None and hits.more
        ),
        illustrative=any(hits.illustrative for _, hits in found if hits is not None),
    )
