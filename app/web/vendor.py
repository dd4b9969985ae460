"""What pages load from the CDN: which version, from where, with which hash, and where the local copy lies.

`python -m app.web.vendor FROM TO` copies the files that npm installed into FROM (node_modules) to TO
(static/vendor) and refuses one whose hash is not the one pages ask browsers to check.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

_CDN = "https://cdn.jsdelivr.net/npm/"


@dataclass(frozen=True)
class VendorFile:
    """One file: `cdn_url` for pages, `local_path` below static/vendor, `integrity` for both (SRI, sha384)."""

    name: str
    cdn_url: str
    local_path: str
    integrity: str

    @property
    def npm_path(self) -> Path:
        """Where npm puts it below node_modules."""
        package, _, rest = self.cdn_url.removeprefix(_CDN).rpartition("@")
        return Path(package) / rest.partition("/")[2]


LEAFLET_JS = VendorFile(
    name="leaflet.js",
    cdn_url=f"{_CDN}leaflet@1.9.4/dist/leaflet.js",
    local_path="leaflet/leaflet.js",
    integrity="sha384-cxOPjt7s7Iz04uaHJceBmS+qpjv2JkIHNVcuOrM+YHwZOmJGBXI00mdUXEq65HTH",
)
LEAFLET_CSS = VendorFile(
    name="leaflet.css",
    cdn_url=f"{_CDN}leaflet@1.9.4/dist/leaflet.css",
    local_path="leaflet/leaflet.css",
    integrity="sha384-sHL9NAb7lN7rfvG5lfHpm643Xkcjzp4jFvuavGOndn6pjVqS6ny56CAt3nsEVT4H",
)
DESIGNSYSTEMET_CSS = VendorFile(
    name="designsystemet.css",
    cdn_url=f"{_CDN}@digdir/designsystemet-css@1.22.0/dist/src/index.css",
    local_path="designsystemet/index.css",
    integrity="sha384-7iq02ihAnIZp7H7oXTVFQBQtfZm8rBhw61Xx651TMC9ZVwWjqnbwUb8bNQzWp7b9",
)
DESIGNSYSTEMET_THEME = VendorFile(
    name="designsystemet-theme.css",
    cdn_url=f"{_CDN}@digdir/designsystemet-theme@1.11.0/src/themes/designsystemet.css",
    local_path="designsystemet/theme.css",
    integrity="sha384-W1uXvWNMe68KFwe741tqNQSR0DCtTqGKC6wpERQwEpfl8xB2MmrkmyyCxHJNJvRU",
)
# Only the tests load axe-core, from the local copy.
AXE = VendorFile(
    name="axe.js",
    cdn_url=f"{_CDN}axe-core@4.14.1/axe.min.js",
    local_path="axe/axe.min.js",
    integrity="sha384-xt1SFg49QaDwsyt0Xfs2XAyBtYPClXl3X2q5OOLeGAUmq9jZTYIMdztpF99WdhiH",
)
# PDF files are set in it: it has the letters of every language we speak, Á Č Đ Ŋ Š Ŧ Ž among them.
FONT = VendorFile(
    name="font.ttf",
    cdn_url=f"{_CDN}dejavu-fonts-ttf@2.37.3/ttf/DejaVuSans.ttf",
    local_path="dejavu/DejaVuSans.ttf",
    integrity="sha384-WWCI8RVJmiZvis8EpwnSyGn7cTtzGfshxkxsg5ZuL9AUFpzKg99zhn/2lkFh2+vG",
)
BOLD_FONT = VendorFile(
    name="font-bold.ttf",
    cdn_url=f"{_CDN}dejavu-fonts-ttf@2.37.3/ttf/DejaVuSans-Bold.ttf",
    local_path="dejavu/DejaVuSans-Bold.ttf",
    integrity="sha384-NaVuSXCZeye4QyXzNedGU5Jz3B9xbAydt90g8TJAfHeosmQCXUNytQnYH5ZzJgKv",
)
VENDOR_FILES = {
    file.name: file
    for file in (LEAFLET_JS, LEAFLET_CSS, DESIGNSYSTEMET_CSS, DESIGNSYSTEMET_THEME, AXE, FONT, BOLD_FONT)
}
# leaflet.css asks for these relative to itself.
_LEAFLET_IMAGES = (
    "layers.png",
    "layers-2x.png",
    "marker-icon.png",
    "marker-icon-2x.png",
    "marker-shadow.png",
)


def integrity_of(content: bytes) -> str:
    """The SRI hash that a browser would compute."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def install(modules: Path, target: Path) -> None:
    """Copy every file from npm's folder to ours; ValueError for one with another hash than pages name."""
    for file in VENDOR_FILES.values():
        content = (modules / file.npm_path).read_bytes()
        if integrity_of(content) != file.integrity:
            raise ValueError(f"{file.npm_path} has another hash than app/web/vendor.py says.")
        copy = target / file.local_path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
    images = target / "leaflet" / "images"
    images.mkdir(exist_ok=True)
    for image in _LEAFLET_IMAGES:
        shutil.copyfile(modules / "leaflet" / "dist" / "images" / image, images / image)


if __name__ == "__main__":
    install(Path(sys.argv[1]), Path(sys.argv[2]))
