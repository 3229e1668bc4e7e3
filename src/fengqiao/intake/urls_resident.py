"""Addresses of the person concerned and the public."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
