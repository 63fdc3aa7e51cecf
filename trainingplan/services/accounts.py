"""What people do to their own accounts."""

from django.db import transaction

from trainingplan.models import User
from trainingplan.services.catalogue import Edits


@transaction.atomic
def change_own_password(*, actor: User, password: str) -> None:
    """Set the actor's own password, on the record: that it changed, never what it is."""
    actor.set_password(password)
    edits = Edits(actor)
    edits.save(actor)
    edits.close()
