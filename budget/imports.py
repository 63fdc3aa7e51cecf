"""Lists of this app as files: norm sets, their items, budget lines."""

from budget.resources import BudgetLineResource, NormItemResource, NormSetResource
from trainingplan.imports.catalogue_kind import CatalogueKind
from trainingplan.policies import Action

NORM_SETS = CatalogueKind("bo-dinh-muc", "Bộ định mức", NormSetResource, Action.KEEP_NORMS)
NORM_ITEMS = CatalogueKind(
    "muc-chi",
    "Bảng định mức (các mức chi)",
    NormItemResource,
    Action.KEEP_NORMS,
    "Mỗi dòng một mức chi của một bộ định mức đã có.",
)
BUDGET_LINES = CatalogueKind(
    "dong-kinh-phi",
    "Dòng kinh phí",
    BudgetLineResource,
    Action.EDIT_BUDGET,
    "Mỗi nguồn một cột. Thêm dòng mới thì để trống cột Khóa.",
)
