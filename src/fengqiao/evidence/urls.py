"""Addresses of evidence. A log's files lie below `<unit>/<year>/`, as its origin says."""

from __future__ import annotations

from django.urls import URLPattern, path

from fengqiao.evidence import pages

app_name = "evidence"
urlpatterns: list[URLPattern] = [
    path("", pages.verify, name="verify"),
    path("check-a-proof.html", pages.saved_page, name="saved_page"),
    path("verifier.py", pages.verifier_file, name="verifier"),
    path("policy", pages.policy, name="policy"),
    path("state/", pages.state, name="state"),
    path("incidents/<int:pk>/settle/", pages.settle, name="settle"),
    path("keeping/", pages.keeping, name="keeping"),
    path("holds/", pages.hold, name="hold"),
    path("holds/<int:pk>/lift/", pages.lift, name="lift"),
    path("erasures/<int:pk>/grant/", pages.grant, name="grant"),
    path("packages/", pages.package, name="package"),
    path("<str:unit>/<int:year>/checkpoint", pages.checkpoint, name="checkpoint"),
    path("<str:unit>/<int:year>/tile/<path:path>", pages.tile, name="tile"),
]
