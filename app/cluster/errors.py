"""What stops the private cluster, in one sentence for the person at the terminal."""

from __future__ import annotations


class ClusterError(Exception):
    """The private cluster cannot do this; `str()` is one sentence that says what to do about it."""
