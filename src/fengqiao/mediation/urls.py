"""Addresses of mediation."""

from __future__ import annotations

from django.urls import URLPattern, path

from fengqiao.mediation import pages, pages_agreement
from fengqiao.shell import addresses

assert addresses.MatterNumber.regex  # its module teaches the addresses below what <matter:…> is

app_name = "mediation"

urlpatterns: list[URLPattern] = [
    path("mediation/", pages.turn, name="turn"),
    path("mediation/questions/<int:pk>/", pages.question, name="question"),
    path("mediation/<matter:number>/", pages.detail, name="matter"),
    path("mediation/<matter:number>/do/<slug:key>/", pages.act, name="act"),
    path("mediation/<matter:number>/files/<uuid:uid>", pages.proof, name="proof"),
    path("mediation/<matter:number>/agreement/", pages_agreement.agreement, name="agreement"),
    path("mediation/<matter:number>/agreement/<slug:key>/", pages_agreement.deed, name="agreement_deed"),
    path("mediation/<matter:number>/papers/<int:pk>", pages_agreement.paper, name="paper"),
    path("check/", pages_agreement.check_door, name="check_door"),
    path("check/<str:code>/", pages_agreement.check, name="check"),
    path("mediators/", pages.register, name="register"),
    path("mediators/<int:pk>/", pages.body, name="body"),
]
