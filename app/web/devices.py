"""What a browser calls itself, in the plain words by which its owner knows it again; nothing finer is kept."""

from __future__ import annotations

# The first that stands in it: each names those after it as well.
_PROGRAMS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Vivaldi", "Vivaldi"),
    ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def device_words(user_agent: str) -> str:
    """Program and system, such as "Firefox, Windows"; empty when neither is known."""
    found = (next((name for mark, name in known if mark in user_agent), "") for known in (_PROGRAMS, _SYSTEMS))
    return ", ".join(name for name in found if name)
