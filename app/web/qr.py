"""An address as a QR code, drawn as an SVG within the page, so that nothing is fetched and the CSP holds."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from reportlab.graphics.barcode import qrencoder

# White around it, in modules; readers want four.
QUIET = 4


def qr_svg(text: str, *, label: str, css_class: str) -> Markup:
    """The drawing of an ASCII text; error correction M, so a fold does no harm."""
    code: Any = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    side = code.getModuleCount()
    path = "".join(f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y in range(side) for x in range(side) if code.isDark(y, x))
    whole = side + 2 * QUIET
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}" shape-rendering="crispEdges">'
        '<rect width="{}" height="{}" fill="#fff"/><path d="{}" fill="#000"/></svg>'
    ).format(css_class, whole, whole, label, whole, whole, path)
