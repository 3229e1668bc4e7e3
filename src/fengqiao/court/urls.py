"""Addresses of the court and of parties' agreements."""

from __future__ import annotations

from django.urls import URLPattern, path

from fengqiao.court import pages, pages_party
from fengqiao.shell import addresses

assert addresses.MatterNumber.regex  # its module teaches the addresses below what <matter:…> is

app_name = "court"
urlpatterns: list[URLPattern] = [
    path("court/confirmations/", pages.queue, name="queue"),
    path("court/confirmations/<matter:number>/", pages.detail, name="detail"),
    path("court/confirmations/<matter:number>/<slug:key>/", pages.deed, name="deed"),
    path("agreements/<matter:number>/", pages_party.party, name="party"),
    path("agreements/<matter:number>/open/", pages_party.door, name="door"),
    path("agreements/<matter:number>/papers/<int:pk>", pages_party.paper, name="party_paper"),
    path("agreements/<matter:number>/<slug:key>/", pages_party.deed, name="party_deed"),
]
