"""Addresses of the shell."""

from __future__ import annotations

from django.urls import path

from fengqiao.shell import design, pages_calendar, pages_lists, pages_notices, pages_rules, views

app_name = "shell"

urlpatterns = [
    path("", views.start, name="start"),
    path("home/", views.start, name="home"),
    path("language/<slug:code>/", views.language, name="language"),
    path("type/<slug:size>/", views.type_size, name="type_size"),
    path("keys/<slug:state>/", views.keys, name="keys"),
    path("more/", views.more, name="more"),
    path("notices/", pages_notices.notices, name="notices"),
    path("notices/read/", pages_notices.mark_read, name="read_notices"),
    path("views/save/", pages_lists.save_view, name="save_view"),
    path("views/<int:view_id>/remove/", pages_lists.remove_view, name="remove_view"),
    path("rules/", pages_rules.rules, name="rules"),
    path("calendar/", pages_calendar.year, name="calendar"),
    path("calendar/<int:year>/", pages_calendar.year, name="calendar_of"),
    path("calendar/<int:year>/day/", pages_calendar.set_day, name="calendar_day"),
    path("calendar/<int:year>/announce/", pages_calendar.announce, name="calendar_announce"),
    path("offline/", views.offline, name="offline"),
    path("csp-report/", views.policy_report, name="policy_report"),
    path("design/", design.components, name="design"),
    path("design/form/", design.form, name="design_form"),
    path("design/live/", design.live, name="design_live"),
    path("design/answers/<slug:kind>/", design.answer, name="design_answer"),
]
