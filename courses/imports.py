"""Lists of this app as files."""

from courses.resources import InstitutionResource, ProgrammeResource
from trainingplan.imports.catalogue_kind import CatalogueKind
from trainingplan.policies import Action

INSTITUTIONS = CatalogueKind("co-so-dao-tao", "Cơ sở đào tạo, bồi dưỡng", InstitutionResource, Action.KEEP_CATALOGUES)
PROGRAMMES = CatalogueKind("chuong-trinh", "Chương trình", ProgrammeResource, Action.KEEP_CATALOGUES)
