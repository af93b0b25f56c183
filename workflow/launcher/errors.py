"""The one error of the launcher: something a person has to decide or mend."""

from __future__ import annotations


class LaunchError(Exception):
    """A run cannot start; the message says why and what to type."""
