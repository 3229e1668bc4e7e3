"""Addresses of mediation."""

from __future__ import annotations

from django.urls import URLPattern, path

from fengqiao.mediation import pages, party_pages, party_papers, station_pages
from fengqiao.shell import addresses

assert addresses.MatterNumber.regex  # its module teaches the addresses below what <matter:…> is

app_name = "mediation"

urlpatterns: list[URLPattern] = [
    path("mediation/", pages.turn, name="turn"),
    path("mediation/questions/<int:pk>/", pages.question, name="question"),
    path("mediation/<matter:number>/", pages.detail, name="matter"),
    path("mediation/<matter:number>/do/<slug:key>/", pages.act, name="act"),
    path("mediation/<matter:number>/files/<uuid:uid>", pages.proof, name="proof"),
    path("dispute/<matter:number>/", party_pages.story, name="party"),
    path("dispute/<matter:number>/do/<slug:key>/", party_pages.deed, name="party_deed"),
    path("dispute/<matter:number>/files/<uuid:uid>", party_pages.file, name="party_file"),
    path("dispute/<matter:number>/receipt/", party_papers.receipt, name="party_receipt"),
    path("dispute/<matter:number>/receipt.pdf", party_papers.receipt_pdf, name="party_receipt_pdf"),
    path("stations/", station_pages.stations, name="stations"),
    path("stations/<int:pk>/", station_pages.station, name="station"),
    path("stations/<int:pk>/hours/", station_pages.hours, name="hours"),
    path("stations/slots/<int:pk>/", station_pages.book, name="book"),
    path("stations/talks/<uuid:uid>/", station_pages.booking, name="booking"),
    path("stations/questions/", station_pages.inquiries, name="inquiries"),
    path("stations/questions/<int:pk>/", station_pages.inquiry, name="inquiry"),
    path("mediators/", pages.register, name="register"),
    path("mediators/<int:pk>/", pages.body, name="body"),
]
