"""Addresses of the shell."""

from __future__ import annotations

from django.urls import path

from fengqiao.shell import views

app_name = "shell"

urlpatterns = [
    path("", views.start, name="start"),
    path("home/", views.start, name="home"),
    path("language/<slug:code>/", views.language, name="language"),
    path("type/<slug:size>/", views.type_size, name="type_size"),
    path("keys/<slug:state>/", views.keys, name="keys"),
    path("more/", views.more, name="more"),
    path("offline/", views.offline, name="offline"),
    path("csp-report/", views.policy_report, name="policy_report"),
]
