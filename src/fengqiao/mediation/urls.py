"""Addresses of mediation."""

from __future__ import annotations

from django.urls import URLPattern, path

from fengqiao.mediation import (
    pages,
    pages_agreement,
    pages_weigh,
    party_pages,
    party_papers,
    register_pages,
    room_pages,
    station_pages,
    team_pages,
    visit_pages,
)
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
    path("mediation/<matter:number>/weigh/", pages_weigh.both_sides, name="weigh"),
    path("dispute/<matter:number>/weigh/", pages_weigh.own_side, name="party_weigh"),
    path("dispute/<matter:number>/receipt/", party_papers.receipt, name="party_receipt"),
    path("dispute/<matter:number>/receipt.pdf", party_papers.receipt_pdf, name="party_receipt_pdf"),
    path("stations/", station_pages.stations, name="stations"),
    path("stations/<int:pk>/", station_pages.station, name="station"),
    path("stations/<int:pk>/hours/", station_pages.hours, name="hours"),
    path("stations/slots/<int:pk>/", station_pages.book, name="book"),
    path("stations/talks/<uuid:uid>/", station_pages.booking, name="booking"),
    path("stations/questions/", station_pages.inquiries, name="inquiries"),
    path("stations/questions/<int:pk>/", station_pages.inquiry, name="inquiry"),
    path("mediation/<matter:number>/agreement/", pages_agreement.agreement, name="agreement"),
    path("mediation/<matter:number>/agreement/<slug:key>/", pages_agreement.deed, name="agreement_deed"),
    path("mediation/<matter:number>/papers/<int:pk>", pages_agreement.paper, name="paper"),
    path("check/", pages_agreement.check_door, name="check_door"),
    path("check/<str:code>/", pages_agreement.check, name="check"),
    path("room/enter/", room_pages.door, name="room_door"),
    path("room/<matter:number>/", room_pages.together, name="room"),
    path("room/<matter:number>/alone/", room_pages.alone, name="room_alone"),
    path("room/<matter:number>/alone/<slug:channel>/", room_pages.side, name="room_side"),
    path("room/<matter:number>/offers/", room_pages.table, name="room_table"),
    path("room/<matter:number>/papers/", room_pages.papers, name="room_papers"),
    path("room/<matter:number>/do/<slug:key>/", room_pages.act, name="room_act"),
    path("room/<matter:number>/lines/<slug:channel>/", room_pages.lines, name="room_lines"),
    path("room/<matter:number>/state/<slug:channel>/", room_pages.state, name="room_state"),
    path("room/<matter:number>/files/<uuid:uid>", room_pages.file, name="room_file"),
    path("room/<matter:number>/rounds/<int:pk>/envelope/", room_pages.envelope, name="room_envelope"),
    path("room/<matter:number>/signals/", room_pages.signals, name="room_signals"),
    path("room/<matter:number>/recordings/<uuid:uid>/<slug:track>/", room_pages.recording, name="room_recording"),
    path("room/<matter:number>/recordings/<uuid:uid>/<slug:track>/<int:n>/", room_pages.piece, name="room_piece"),
    path("mediators/", pages.register, name="register"),
    path("mediators/<int:pk>/", pages.body, name="body"),
    path("mediators/entries/", register_pages.entries, name="entries"),
    path("mediators/entries/<int:pk>/", register_pages.entry, name="entry"),
    path("mediators/entries/<int:pk>/join/", register_pages.join, name="join"),
    path("mediators/people/<int:pk>/", register_pages.person, name="person"),
    path("mediators/mine/", register_pages.own_page, name="own_page"),
    path("mediators/rooms/", register_pages.rooms, name="rooms"),
    path("mediators/rooms/<int:pk>/", register_pages.branded, name="branded"),
    path("mediators/rooms/<int:pk>/matters/", register_pages.room_matters, name="room_matters"),
    path("visits/", visit_pages.visits, name="visits"),
    path("visits/<uuid:uid>/", visit_pages.trip, name="trip"),
    path("visits/<uuid:uid>/sheet/", visit_pages.sheet, name="trip_sheet"),
    path("teams/", team_pages.teams, name="teams"),
    path("teams/<int:pk>/", team_pages.team, name="team"),
    path("templates/", team_pages.templates, name="templates"),
    path("templates/<int:pk>/", team_pages.template, name="template"),
]
