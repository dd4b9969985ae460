"""What can go wrong in the domain, said without HTTP: app/web/errors.py is the only place that knows numbers."""

from __future__ import annotations

from collections.abc import Mapping


def N_(message: str) -> str:  # noqa: N802  (gettext's own name for "translate this later")
    """Mark a msgid for the catalogue; it is translated where it is shown."""
    return message


class DomainError(Exception):
    """A sentence for the person who asked.

    `message` is an English msgid with `%(name)s` placeholders; `params` fills them in. The edge translates it.
    """

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.params = params


class NotFound(DomainError):
    """There is no such thing, or not for this person: the two look the same from outside."""


class DeadLink(NotFound):
    """A secret link that opens nothing: altered, cut off, too old, or replaced. Its page says how to get another."""


class Gone(DomainError):
    """It was here and was taken down on purpose."""


class Conflict(DomainError):
    """Somebody else was first, or the thing is no longer in a state that allows this."""


class Forbidden(DomainError):
    """The person is known and may not do this."""


class TooMany(DomainError):
    """A limit was reached; `retry_after` says in how many seconds to come back."""

    def __init__(self, message: str, *, retry_after: int, **params: object) -> None:
        super().__init__(message, **params)
        self.retry_after = retry_after


class Invalid(DomainError):
    """What was sent cannot be used.

    `fields` names each mistaken input with its own English msgid, so that a form can show the sentence beside
    the field and the API can list them.
    """

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None, **params: object) -> None:
        super().__init__(message, **params)
        self.fields = dict(fields or {})
