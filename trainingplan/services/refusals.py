"""How a service says no to a whole request."""

from collections.abc import Sequence
from dataclasses import dataclass


class Refused(Exception):  # noqa: N818 - the domain's word: a refusal, not a fault
    """The request cannot be carried out; `message` says why and what to do, in Vietnamese. Nothing was written.

    `field` names the field of a form at which the message belongs, if there is one.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of which another writer stored another value than was typed; both as displayed."""

    field: str
    stored: str
    typed: str


class Stale(Refused):
    """Somebody else wrote the row since it was read; `version` is the one that now stands."""

    def __init__(self, message: str, *, version: int, differences: Sequence[Difference]) -> None:
        super().__init__(message)
        self.version, self.differences = version, tuple(differences)
