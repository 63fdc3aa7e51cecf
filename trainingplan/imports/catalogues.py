"""The kernel's own lists as files."""

from trainingplan.imports.catalogue_kind import CatalogueKind
from trainingplan.policies import Action
from trainingplan.resources import UnitNameResource

UNIT_NAMES = CatalogueKind(
    "don-vi",
    "Đơn vị và tên đơn vị",
    UnitNameResource,
    Action.KEEP_CATALOGUES,
    "Mỗi dòng một tên với ngày bắt đầu; khóa chưa có thì thêm đơn vị mới.",
)
