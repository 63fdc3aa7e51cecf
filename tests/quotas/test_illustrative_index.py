"""Whether any row is illustrative is asked by lists and pages: it must not cost a reading of the whole table."""

import pytest
from django.db import connection
from django.db.models import Model

from quotas.models import Allocation, Nomination, Person, Registration


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Allocation, Nomination, Person, Registration])
def test_illustrative_rows_are_found_along_an_index(model: type[Model]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # it reads an empty table without any index
    marked = model._default_manager.filter(illustrative=True).order_by().values("pk")[:1]
    assert f"{model._meta.model_name}_illustrative" in marked.explain()
