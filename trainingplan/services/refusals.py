"""How a service says no to a whole request."""


class Refused(Exception):  # noqa: N818 - the domain's word: a refusal, not a fault
    """The request cannot be carried out; `message` says why and what to do, in Vietnamese. Nothing was written."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
