"""Each list of a catalogue, out of the plan of 2024 and in again: nothing changes."""

import pytest

from tests.batches import previewed, problems
from trainingplan.imports.batches import recognise
from trainingplan.imports.catalogue_kind import CatalogueKind
from trainingplan.imports.kinds import kinds
from trainingplan.models import Plan, User
from trainingplan.reading import read_book
from trainingplan.resources.files import Xlsx


def catalogue_kinds() -> list[str]:
    return [key for key, kind in kinds().items() if isinstance(kind, CatalogueKind)]


@pytest.mark.parametrize("key", catalogue_kinds())
def test_what_a_catalogue_gives_out_changes_nothing_when_it_comes_back(key: str, plan_2024: Plan) -> None:
    board = User.objects.create_user("ban", full_name="Ban", role="board")
    kind = kinds()[key]
    assert isinstance(kind, CatalogueKind)
    resource = kind.resource(reader=board)
    content = Xlsx().export_data(resource.export(resource.get_queryset()))
    if not resource.get_queryset().exists():
        return
    assert recognise(read_book("tep.xlsx", content), board) is kind
    batch = previewed(key, board, [], content=content)
    assert (batch.state, batch.added, batch.changed, problems(batch)) == ("previewed", 0, 0, ())
    assert batch.same == batch.rows == resource.get_queryset().count()
