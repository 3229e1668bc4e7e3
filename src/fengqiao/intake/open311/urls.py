"""Every address with `.json`, `.xml` or no ending."""

from __future__ import annotations

from django.urls import re_path

from fengqiao.intake.open311 import views

app_name = "open311"
ENDING = r"(?:\.(?P<extension>json|xml))?$"
NAME = r"(?P<code>[A-Za-z0-9_-]+(?:\.(?!(?:json|xml)$)[A-Za-z0-9_-]+)*)"
NUMBER = r"(?P<number>[0-9,-]+)"

urlpatterns = [
    re_path(r"^(?:v2/)?discovery" + ENDING, views.discovery, name="discovery"),
    re_path(r"^v2/services" + ENDING, views.services, name="services"),
    re_path(r"^v2/services/" + NAME + ENDING, views.definition, name="definition"),
    re_path(r"^v2/requests" + ENDING, views.requests, name="requests"),
    re_path(r"^v2/requests/" + NUMBER + ENDING, views.one_request, name="request"),
    re_path(r"^v2/tokens/" + NUMBER + ENDING, views.token, name="token"),
    re_path(r"^v2/servicerequestupdates" + ENDING, views.updates, name="updates"),
]
