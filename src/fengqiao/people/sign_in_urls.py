"""Addresses of signing in. Names are allauth's own; what is closed here (sign-up, e-mail) has no address."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from fengqiao.people import pages

closed = RedirectView.as_view(pattern_name="account_login")

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("again/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/set/", closed, name="account_set_password"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("sign-up/", closed, name="account_signup"),
    path("email/", closed, name="account_email"),
    path("email/sent/", closed, name="account_email_verification_sent"),
    path("password/reset/", closed, name="account_reset_password"),
    path("second-factor/", include("allauth.mfa.urls")),
    path("sessions/", pages.sessions, name="usersessions_list"),
    path("sessions/<int:session>/end/", pages.end_session, name="usersessions_end"),
    path("code/", pages.ask_code, name="account_code"),
    path("code/check/", pages.enter_code, name="account_code_check"),
]
