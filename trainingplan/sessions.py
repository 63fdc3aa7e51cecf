"""Who is there: the session and its user, read from the database at each request by statements compiled once."""

from datetime import datetime
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from trainingplan.models import User
from trainingplan.policies import all_plans
from trainingplan.prepared import Asked, prepared

MOST_REMEMBERED = 10_000
whose: dict[str, int] = {}
"""The user of a session when it was last seen: a guess what will be asked for, never an answer."""


@prepared
def _stored(key: str) -> QuerySet[Session, tuple[str, datetime]]:
    return Session.objects.filter(session_key=key).values_list("session_data", "expire_date")


@prepared
def _user(key: int) -> QuerySet[User]:
    """With the unit, which nearly every page and save asks for."""
    return User.objects.filter(pk=key).select_related("unit").order_by()


def first_reads(session: str | None) -> list[Asked | None]:
    """What a request with this session is going to read before anything else, as far as that can be guessed."""
    if session is None or (user := whose.get(session)) is None:
        return []
    return [_stored.asked(session), _user.asked(user), all_plans.asked()]


def remember(session: str | None, user: User) -> None:
    """Whose session it is, for the guess."""
    if session and whose.get(session) != user.pk:
        if len(whose) >= MOST_REMEMBERED:
            whose.clear()
        whose[session] = user.pk


class SessionStore(DatabaseSession):
    """Django's own, kept in the database, read by a compiled statement."""

    def load(self) -> dict[str, Any]:
        key = self.session_key or ""
        # PostgreSQL looks for no text with a zero character, and says so by a fault.
        data, ends = (None if "\0" in key else _stored.first(key)) or ("", None)
        if ends is None or ends <= timezone.now():
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
