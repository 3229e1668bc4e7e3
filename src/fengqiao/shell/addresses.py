"""Converters of addresses that several contexts share."""

from __future__ import annotations

from django.urls import register_converter


class MatterNumber:
    """A matter number in an address; anything else is no address of ours."""

    regex = r"\d{5}-\d{7}-\d"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(MatterNumber, "matter")
