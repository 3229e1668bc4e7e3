"""JSON and XML of the same answers; errors are a list of code and description."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree as xml

from django.http import HttpRequest, HttpResponse

NAMES = {
    "services": "service",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
    "attributes": "attribute",
}
"""The list of the standard and the name of one thing in it."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Wrong(Exception):
    """A request the standard answers with an error: 400 missing or malformed, 403 key, 404 unknown, 409 not now."""

    def __init__(self, status: int, description: str, *, code: str = "") -> None:
        super().__init__(description)
        self.status, self.description, self.code = status, description, code


def wants_xml(request: HttpRequest, extension: str) -> bool:
    """By the ending of the address, else by the Accept header; JSON when nothing is said."""
    return extension == "xml" or (extension == "" and "xml" in request.headers.get("Accept", "").partition(",")[0])


def answer(root: str, told: Any, *, as_xml: bool, status: int = 200) -> HttpResponse:
    if not as_xml:
        return HttpResponse(
            json.dumps(told, ensure_ascii=False), status=status, content_type="application/json; charset=utf-8"
        )
    body = xml.tostring(_element(root, told), encoding="utf-8", xml_declaration=True)
    return HttpResponse(body, status=status, content_type="text/xml; charset=utf-8")


def wrong(error: Wrong, *, as_xml: bool) -> HttpResponse:
    words = f"{error.code}: {error.description}" if error.code else error.description
    return answer("errors", [{"code": error.status, "description": words}], as_xml=as_xml, status=error.status)


def _element(name: str, told: Any) -> xml.Element:
    made = xml.Element(name)
    if isinstance(told, dict):
        made.extend(_element(key, value) for key, value in told.items())
    elif isinstance(told, list):
        made.extend(_element(NAMES.get(name, "item"), value) for value in told)
    elif isinstance(told, bool):
        made.text = "true" if told else "false"
    elif told is not None:
        made.text = _NOT_XML.sub("\ufffd", str(told))
    return made
