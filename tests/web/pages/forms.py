"""Reading the forms of our pages as a browser without script does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import html

if TYPE_CHECKING:
    from starlette.testclient import TestClient


@dataclass
class Form:
    """The fields of one form as they stand on the page, ready to be changed and sent."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    def fill(self, **changes: str | list[str]) -> Form:
        """Type into fields; `__` in a name stands for a dot."""
        for name, value in changes.items():
            self.fields[name.replace("__", ".")] = value if isinstance(value, list) else [value]
        return self

    def send(self, client: TestClient, *, files: list[tuple[str, bytes]] = ()):  # type: ignore[assignment]
        """Post it as the browser would: multipart, empty file field included."""
        sent = [("photo_files", (name, data, "image/jpeg")) for name, data in files]
        return client.post(
            self.action,
            data=self.fields,
            files=sent or [("photo_files", ("", b"", "application/octet-stream"))],
        )


def form_of(page: str, action: str) -> Form:
    """The form with this action. What is inside <template> is not part of the page, as in a browser."""
    tree = html.fromstring(page)
    for template in tree.iter("template"):
        template.clear()
    found = next(form for form in tree.forms if form.action == action)
    fields: dict[str, list[str]] = {}
    for name, value in found.form_values():
        fields.setdefault(name, []).append(value)
    return Form(action, fields)
