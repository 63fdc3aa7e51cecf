"""The kernel's own lists as data sheets."""

from collections.abc import Iterable

from trainingplan.models import AccessRefusal, PersonalRead
from trainingplan.resources.sheets import DataSheet
from trainingplan.selectors import DelegationLine


def delegations_data(lines: Iterable[DelegationLine]) -> DataSheet:
    return DataSheet(
        title="Ủy quyền duyệt",
        stem="uy-quyen",
        heads=("Người ủy quyền", "Người được ủy quyền", "Từ ngày", "Đến hết ngày", "Lý do", "Tình trạng"),
        rows=[
            (
                line.delegation.principal.full_name, line.delegation.deputy.full_name, line.delegation.valid_from,
                line.delegation.valid_to, line.delegation.reason, line.state,
            )
            for line in lines
        ],
    )  # fmt: skip


def refusals_data(refusals: Iterable[AccessRefusal]) -> DataSheet:
    return DataSheet(
        title="Từ chối truy cập",
        stem="tu-choi-truy-cap",
        heads=("Lúc", "Người dùng", "Cách gọi", "Địa chỉ", "Kết quả", "Ghi chú"),
        rows=[(one.at, one.user_name, one.method, one.address, str(one.status), one.note) for one in refusals],
    )


def personal_reads_data(reads: Iterable[PersonalRead]) -> DataSheet:
    return DataSheet(
        title="Đọc dữ liệu cá nhân",
        stem="doc-du-lieu-ca-nhan",
        heads=("Lúc", "Người đọc", "Nơi đọc", "Địa chỉ", "Số người"),
        rows=[(one.at, one.user_name, one.door, one.address, one.count) for one in reads],
    )
