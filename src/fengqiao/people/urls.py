"""Addresses of people."""

from __future__ import annotations

from django.urls import path

from fengqiao.people import pages, pages_systems

app_name = "people"

urlpatterns = [
    path("places/", pages.areas, name="areas"),
    path("places/find/", pages.find_areas, name="find_areas"),
    path("places/<int:pk>/", pages.area, name="area"),
    path("places/<int:pk>/change/", pages.change_area, name="change_area"),
    path("places/<int:pk>/close/", pages.close_area, name="close_area"),
    path("places/<int:pk>/new-place/", pages.add_area, name="add_area"),
    path("places/<int:pk>/new-organisation/", pages.add_organisation, name="add_organisation"),
    path("organisations/", pages.organisations, name="organisations"),
    path("organisations/<int:pk>/", pages.organisation, name="organisation"),
    path("organisations/<int:pk>/change/", pages.change_organisation, name="change_organisation"),
    path("organisations/<int:pk>/chat/", pages.change_chat, name="change_chat"),
    path("organisations/<int:pk>/new-duty/", pages.start_duty, name="start_duty"),
    path("duties/<int:pk>/end/", pages.end_duty, name="end_duty"),
    path("duties/<int:pk>/reset-sign-in/", pages.reset_sign_in, name="reset_sign_in"),
    path("me/", pages.me, name="me"),
    path("duties/<int:pk>/addresses/", pages.change_addresses, name="change_addresses"),
    path("me/addresses/", pages.set_addresses, name="set_addresses"),
    path("me/duty/", pages.switch_duty, name="switch_duty"),
    path("me/who-looked/", pages.who_looked, name="who_looked"),
    path("persons/<int:pk>/<slug:field>/", pages.reveal, name="reveal"),
    path("systems/", pages_systems.systems, name="systems"),
    path("organisations/<int:pk>/new-key/", pages_systems.new_key, name="new_key"),
    path("organisations/<int:pk>/new-webhook/", pages_systems.new_webhook, name="new_webhook"),
    path("keys/<int:pk>/revoke/", pages_systems.revoke_key, name="revoke_key"),
    path("webhooks/<int:pk>/", pages_systems.webhook, name="webhook"),
    path("webhooks/<int:pk>/test/", pages_systems.test_webhook, name="test_webhook"),
    path("webhooks/<int:pk>/end/", pages_systems.end_webhook, name="end_webhook"),
    path("readings/", pages.readings, name="readings"),
]
