"""The OpenAPI document, completed: who may call, which verb it is, and the answers every operation can give."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI

PROBLEM = {
    "title": "Problem",
    "type": "object",
    "required": ["code", "message", "law", "next_step"],
    "properties": {
        "code": {"type": "string", "description": "Stable, for machines: contact.open_children"},
        "message": {"type": "string", "description": "One sentence for people, in the language asked for"},
        "law": {"type": "string", "description": "The article it rests on, or empty"},
        "next_step": {"type": "string", "description": "What can be done instead, or empty"},
        "fields": {
            "type": "array",
            "description": "With 422: which fields are wrong and how",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "The key of a connected system: `fq_…`"},
    "code": {
        "type": "http",
        "scheme": "basic",
        "description": "The person concerned: matter number and six-digit code",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "fq_session", "description": "A signed-in member"},
}
WORDS = {
    "400": "The request cannot be read",
    "401": "No key, or number and code, that opens anything",
    "403": "Seen, but not the caller's to do",
    "404": "Absent, or not in the caller's scope: the same answer",
    "409": "The rules say no for now",
    "413": "Too large",
    "422": "Fields missing or wrong",
    "429": "Too often; Retry-After says how long to wait",
}
IDEMPOTENCY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]{1,100}$"},
    "description": "Kept for seven days: the same key and body get the same answer, another body 409",
}
OWN = "intake.own"


def completed(document: Any, api: NinjaAPI) -> Any:
    """Add what django-ninja cannot know. Changes and returns the document."""
    views = {
        api.get_openapi_operation_id(operation): operation.view_func
        for bound in api._get_bound_routers()
        for path in bound.path_operations.values()
        for operation in path.operations
    }
    for operations in document["paths"].values():
        for method, described in operations.items():
            _complete(described, method, views[described["operationId"]])
    components = document["components"]
    components["schemas"]["Problem"] = PROBLEM
    components["securitySchemes"] = SCHEMES
    return document


def _complete(described: dict[str, Any], method: str, view: Any) -> None:
    verbs = list(getattr(view, "verbs", ()))
    described["operationId"] = view.__name__
    described["x-verbs"] = verbs
    described["security"] = _security(verbs)
    statuses = ["400", "401", "413", "429"] + (["403"] if verbs else [])
    if any(parameter["in"] == "path" for parameter in described["parameters"]):
        statuses.append("404")
    if method == "post":
        described["parameters"] = [*described["parameters"], IDEMPOTENCY]
        statuses.append("409")
    if described["parameters"] or "requestBody" in described:
        statuses.append("422")
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    found = {str(status): answer_ for status, answer_ in described["responses"].items()}
    found |= {status: {"description": WORDS[status], "content": answer} for status in statuses}
    described["responses"] = dict(sorted(found.items()))


def _security(verbs: list[str]) -> list[dict[str, list[str]]]:
    """Which kinds of caller can hold one of the verbs; an empty entry means nobody needs to say who they are."""
    if not verbs:
        return [{}]
    kinds: list[dict[str, list[str]]] = [{"key": []}] if set(verbs) - {OWN} else []
    kinds += [{"code": []}] if OWN in verbs else []
    return [*kinds, {"session": []}]
