"""Addresses of the calculators."""

from __future__ import annotations

from django.urls import path

from fengqiao.disputes import calc_pages

app_name = "calc"

urlpatterns = [
    path("", calc_pages.index, name="index"),
    path("<slug:name>/", calc_pages.calculator, name="calculator"),
]
