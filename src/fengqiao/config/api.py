"""The JSON API of the whole product, put together. `/api/v1/openapi.json` describes it, `/api/v1/docs` shows it."""

from __future__ import annotations

from fengqiao.intake.api import router as intake
from fengqiao.shell.api import Api

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
)
api.add_router("", intake)
