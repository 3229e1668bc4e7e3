"""Root of all addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from fengqiao.config.api import api, docs

handler400 = "fengqiao.shell.errors.bad_request"
handler403 = "fengqiao.shell.errors.permission_denied"
handler404 = "fengqiao.shell.errors.not_found"
handler500 = "fengqiao.shell.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("fengqiao.intake.urls")),
    path("", include("fengqiao.mediation.urls")),
    path("", include("fengqiao.court.urls")),
    path("", include("fengqiao.shell.urls")),
    path("calc/", include("fengqiao.disputes.calc_urls")),
    path("account/", include("fengqiao.people.sign_in_urls")),
    path("evidence/", include("fengqiao.evidence.urls")),
    path("people/", include("fengqiao.people.urls")),
    path("api/v1/docs", docs, name="api_docs"),
    path("api/v1/", api.urls),
    path("open311/", include("fengqiao.intake.open311.urls")),
]
