"""Lists of this app as files: quotas, cells of the two grids row by row, people by their number."""

from quotas.resources import AllocationResource, PersonResource, QuotaResource, RegistrationResource
from trainingplan.imports.catalogue_kind import CatalogueKind
from trainingplan.policies import Action

BY_ROW = "Mỗi dòng một ô: năm, khóa chương trình, khóa chỉ tiêu, khóa đơn vị, số người."

QUOTAS = CatalogueKind("chi-tieu", "Chỉ tiêu", QuotaResource, Action.KEEP_CATALOGUES)
ALLOCATIONS = CatalogueKind("phan-bo", "Phân bổ (mỗi dòng một ô)", AllocationResource, Action.ALLOCATE, BY_ROW)
REGISTRATIONS = CatalogueKind(
    "dang-ky", "Đăng ký nhu cầu (mỗi dòng một ô)", RegistrationResource, Action.RUN_ROUND, BY_ROW
)
PEOPLE = CatalogueKind(
    "can-bo-theo-ma",
    "Cán bộ (theo mã)",
    PersonResource,
    Action.KEEP_CATALOGUES,
    "Sửa hồ sơ theo mã như trong tệp xuất; ô Mã để trống thì thêm người mới.",
    empty_template=True,
)
