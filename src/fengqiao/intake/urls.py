"""Addresses of intake."""

from __future__ import annotations

from fengqiao.intake import urls_desk, urls_resident

app_name = "intake"

urlpatterns = [*urls_desk.urlpatterns, *urls_resident.urlpatterns]
