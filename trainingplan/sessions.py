"""Who is there: the session and its user, read from the database at each request by statements compiled once."""

from datetime import datetime
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from trainingplan.models import User
from trainingplan.prepared import prepared


@prepared
def _running(key: str, now: datetime) -> QuerySet[Session, str]:
    found = Session.objects.filter(session_key=key, expire_date__gt=now)
    return found.values_list("session_data", flat=True)


@prepared
def _user(key: int) -> QuerySet[User]:
    """With the unit, which nearly every page and save asks for."""
    return User.objects.filter(pk=key).select_related("unit")


class SessionStore(DatabaseSession):
    """Django's own, kept in the database, read by a compiled statement."""

    def load(self) -> dict[str, Any]:
        key = self.session_key or ""
        # PostgreSQL looks for no text with a zero character, and says so by a fault.
        data = None if "\0" in key else _running.first(key, timezone.now())
        if data is None:
            self._session_key = None
            return {}
        return self.decode(data)


class Backend(ModelBackend):
    """Accounts of this database: as Django's own, but that a request has the user's unit with the user."""

    def get_user(self, user_id: int) -> User | None:
        user = _user.first(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


def forget_sessions() -> None:
    """A chore: who leaves without signing out leaves a row behind."""
    SessionStore.clear_expired()
