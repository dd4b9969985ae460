"""Several of our own files in one answer: what they hold, in which order, and what cannot be put together."""

from __future__ import annotations

import pytest

from app.web import bundles
from app.web.bundles import BUNDLES, SCRIPTS, STYLES, NotBundledError, bundle, make_bundle


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """`modules(a="...", b="...")`: js/a.js and js/b.js, in the place of ours."""
    monkeypatch.setattr(bundles, "STATIC", tmp_path)
    (tmp_path / "js").mkdir()

    def write(**files: str) -> None:
        for name, words in files.items():
            (tmp_path / "js" / f"{name}.js").write_text(words)

    return write


@pytest.mark.parametrize("path", sorted(SCRIPTS))
def test_our_own_scripts_can_be_put_together(path):
    words = make_bundle(path)
    assert "\nimport " not in words
    assert "\nexport " not in words


@pytest.mark.parametrize("path", sorted(BUNDLES))
def test_a_bundle_is_asked_for_again_only_when_it_changed(path, client):
    first = client.get(f"/static/{path}")
    assert first.status_code == 200
    assert first.headers["content-type"].startswith("text/css" if path in STYLES else "text/javascript")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get(f"/static/{path}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "immutable" in client.get(f"/static/{path}?v=1").headers["cache-control"]


def test_each_module_has_a_scope_of_its_own_and_comes_once_before_who_needs_it(modules):
    modules(
        a='// Why.\nimport { b as other } from "./b.js";\nimport { c } from "./c.js";\n\nconst x = 1;\nother(c, x);\n',
        b='import { c } from "./c.js";\n\n/** What it does,\n * at length. */\nexport function b() { return c; }\n',
        c="const x = 2;\nexport const c = x;\n",
    )
    words = make_bundle("js/a.js")
    assert words.count("const x = 2") == 1
    assert words.index("const x = 2") < words.index("function b()") < words.index("other(c, x)")
    assert "const { b: other } = m1;" in words
    assert "Why." not in words
    assert "at length" not in words


@pytest.mark.parametrize(
    "words",
    [
        'import b from "./b.js";\n',
        'import * as b from "./b.js";\n',
        "export default 1;\n",
        "export { x };\n",
        "export let x = 1;\n",
        'const later = () => import("./b.js");\n',
        "console.log(import.meta.url);\n",
        "await 1;\n",
        'import { a } from "./a.js";\n',
    ],
)
def test_what_cannot_be_put_together_is_refused_and_comes_as_it_is(words, modules, monkeypatch, caplog):
    modules(a=words, b="export const b = 1;\n")
    with pytest.raises(NotBundledError):
        make_bundle("js/a.js")
    assert bundle("js/a.js") == words
    assert "Not bundled" in caplog.text


def test_a_changed_file_changes_the_bundle(modules, tmp_path):
    modules(a='import { b } from "./b.js";\n\nb();\n', b="export function b() { return 1; }\n")
    assert "return 1;" in bundle("js/a.js")
    modules(b="export function b() { return 2; }\n")
    assert "return 2;" in bundle("js/a.js")


def test_files_say_less_than_pages(client):
    headers = client.get("/static/js/base.js").headers
    assert headers["content-security-policy"] == "default-src 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert "script-src" in client.get("/").headers["content-security-policy"]
