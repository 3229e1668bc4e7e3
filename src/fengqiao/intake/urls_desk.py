"""Addresses of the staff."""

from __future__ import annotations

from django.urls import URLPattern, path

from fengqiao.intake.pages import (
    desk_call,
    desk_detail,
    desk_figures,
    desk_health,
    desk_home,
    desk_imports,
    desk_link,
    desk_queue,
    desk_round,
    desk_search,
    desk_settings,
)
from fengqiao.shell import addresses

assert addresses.MatterNumber.regex  # its module teaches the addresses below what <matter:…> is

urlpatterns: list[URLPattern] = [
    path("today/", desk_home.home, name="today"),
    path("search/", desk_search.find, name="search"),
    path("desk/", desk_queue.queue, name="desk"),
    path("desk/call/", desk_call.call, name="call"),
    path("desk/call/caller/", desk_call.caller, name="caller"),
    path("desk/call/guess/", desk_call.guess, name="guess"),
    path("desk/places/", desk_call.places, name="places"),
    path("desk/figures/", desk_figures.show, name="figures"),
    path("desk/figures/ratings/<int:rating_id>/exclude/", desk_figures.exclude, name="exclude_rating"),
    path("desk/figures/ratings/<int:rating_id>/appeal/", desk_figures.appeal, name="appeal_exclusion"),
    path("desk/figures/ratings/<int:rating_id>/decide/", desk_figures.decide, name="decide_appeal"),
    path("desk/imports/", desk_imports.imports, name="imports"),
    path("desk/imports/<int:pk>/", desk_imports.run, name="import_run"),
    path("desk/imports/<int:pk>/stop/", desk_imports.stop, name="stop_import"),
    path("desk/imports/<int:pk>/resume/", desk_imports.resume, name="resume_import"),
    path("desk/imports/<int:pk>/rejected.csv", desk_imports.rejected, name="import_rejected"),
    path("desk/categories/", desk_settings.categories, name="categories"),
    path("desk/categories/new/", desk_settings.category, name="new_category"),
    path("desk/categories/<int:pk>/", desk_settings.category, name="category"),
    path("desk/dispatch-rules/", desk_settings.dispatch_rules, name="dispatch_rules"),
    path("desk/dispatch-rules/new/", desk_settings.dispatch_rule, name="new_dispatch_rule"),
    path("desk/dispatch-rules/<int:pk>/", desk_settings.dispatch_rule, name="dispatch_rule"),
    path("desk/corrections/", desk_settings.corrections, name="corrections"),
    path("desk/<matter:number>/", desk_detail.detail, name="detail"),
    path("desk/<matter:number>/aside/", desk_queue.aside, name="aside"),
    path("desk/<matter:number>/dispatch/", desk_queue.dispatch, name="dispatch"),
    path("desk/<matter:number>/undo/", desk_queue.undo, name="undo"),
    path("desk/<matter:number>/acknowledge/", desk_detail.acknowledge, name="acknowledge"),
    path("desk/<matter:number>/compare/", desk_link.compare, name="compare"),
    path("desk/<matter:number>/merge/", desk_link.merge, name="merge"),
    path("desk/<matter:number>/link/", desk_link.link, name="link"),
    path("desk/<matter:number>/split/", desk_link.split, name="split"),
    path("desk/<matter:number>/answer-all/", desk_link.bulk, name="bulk"),
    path("desk/<matter:number>/receipt/", desk_call.receipt, name="call_receipt"),
    path("desk/<matter:number>/receipt.pdf", desk_call.receipt_pdf, name="call_receipt_pdf"),
    path("desk/<matter:number>/do/<slug:key>/", desk_detail.act, name="act"),
    path("desk/<matter:number>/files/<uuid:uid>", desk_detail.file, name="contact_file"),
    path("desk/<matter:number>/files/<uuid:uid>/small", desk_detail.thumbnail, name="contact_thumbnail"),
    path("round/", desk_round.home, name="round"),
    path("round/new/", desk_round.note, name="round_note"),
    path("round/worker.js", desk_round.worker, name="round_worker"),
    path("operate/health/", desk_health.show, name="health"),
    path("healthz", desk_health.plain, name="healthz"),
]
