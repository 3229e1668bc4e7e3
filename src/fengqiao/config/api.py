"""The JSON API of the whole product, put together. `/api/v1/openapi.json` describes it, `/api/v1/docs` shows it."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from fengqiao.config.home import SOURCE
from fengqiao.disputes import calc_api
from fengqiao.intake.api import router as intake
from fengqiao.intake.api.words import WORDS as INTAKE_WORDS
from fengqiao.mediation import api as mediation
from fengqiao.mediation import weigh_api
from fengqiao.shell.api import Api
from fengqiao.shell.pages import Request, page

WORDS = {**INTAKE_WORDS, **mediation.WORDS, **calc_api.WORDS, **weigh_api.WORDS}
SNAPSHOT = SOURCE / "docs" / "reference" / "openapi.json"
DESCRIPTION = """One matter, one number, from the first call to the last instalment. The same verbs as the pages.

A connected system sends `Authorization: Bearer fq_…`, the key of its organisation; the person concerned sends number
and code as `Authorization: Basic`; a signed-in member uses the session and the token against forged requests.
Send `Idempotency-Key` with every deed: asked again with the same body, it is done once and answered alike."""

api = Api(
    title="Fengqiao",
    version="1.0.0",
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    openapi_extra={
        "tags": [
            {"name": "contacts", "description": "File, list and read matters"},
            {"name": "deeds", "description": "What staff and connected systems do with a matter"},
            {
                "name": "disputes",
                "description": "Disputes and their mediation; what was said to settle stays in the room",
            },
            {"name": "person", "description": "What only the person concerned decides"},
            {"name": "files", "description": "Send a file first, name its id afterwards"},
            {"name": "imports", "description": "Whole files of messages, and how far they are"},
            {"name": "figures", "description": "Counts within the caller's scope"},
            {"name": "calculators", "description": "Fees, time limits, interest and damages with their articles"},
            {"name": "reference", "description": "Codes of categories, places and units; the rules; the caller"},
        ]
    },
)
api.add_router("", intake)
api.add_router("", mediation.router)
api.add_router("", weigh_api.router)
api.add_router("", calc_api.router)


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document as plain data."""
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    return found


@page(None, methods=("GET",))
def docs(request: Request) -> HttpResponse:
    """Every operation with who may call it and what goes in."""
    described = document()
    operations = [
        {
            "id": operation["operationId"],
            "method": method.upper(),
            "path": path,
            "words": WORDS.get(operation["operationId"], operation["summary"]),
            "callers": sorted({kind for one in operation["security"] for kind in one}),
            "fields": _fields(operation, described),
        }
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "shell/api.html", {"operations": operations})


def _fields(operation: dict[str, Any], described: dict[str, Any]) -> list[dict[str, Any]]:
    """Names of what goes in, required ones first said so; the document has the rest."""
    named = [
        {"name": one["name"], "is_required": one["required"]}
        for one in operation["parameters"]
        if one["in"] in {"path", "query"}
    ]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        if "$ref" in schema:
            schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        required = set(schema.get("required", ()))
        named += [{"name": name, "is_required": name in required} for name in schema.get("properties", {})]
    return named
