"""Connected systems: whose keys and webhooks there are, new ones, the log of a webhook, and how to end them."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from fengqiao.kernel.models import Event, Webhook
from fengqiao.people import access, actions, forms, queries
from fengqiao.people.actions.keys import CONNECT
from fengqiao.people.rules import Role
from fengqiao.shell.pages import Request, page

MOST = 200
A_YEAR = dt.timedelta(days=365)


@page(CONNECT, methods=("GET",))
def systems(request: Request) -> HttpResponse:
    """Keys and webhooks of the organisations in the administrator's place."""
    hooks = list(queries.webhooks_visible_to(request.actor)[:MOST])
    names = queries.organisation_names(hook.organisation_id for hook in hooks)
    offered = access.offered_scopes()
    keys = [
        (key, [offered[verb] for verb in key.scopes if verb in offered], key.works_on(request.now.date()))
        for key in queries.keys_visible_to(request.actor)[:MOST]
    ]
    context = {"keys": keys, "hooks": [(hook, names.get(hook.organisation_id, "")) for hook in hooks]}
    return render(request, "people/systems.html", context)


@page(CONNECT)
def new_key(request: Request, pk: int) -> HttpResponse:
    """A key for a system of an organisation; the next page shows it once."""
    unit = get_object_or_404(queries.organisations_visible_to(request.actor).select_related("place"), pk=pk)
    form = forms.SystemKey(request.POST or None, initial={"expires_on": request.now.date() + A_YEAR})
    if form.is_valid():
        facts = dict(form.cleaned_data)
        facts["role"] = Role(facts["role"])
        key, secret = actions.issue_key(organisation=unit, actor=request.actor, at=request.now, **facts)
        return render(request, "people/system_secret.html", {"name": key.name, "secret": secret, "is_key": True})
    context = {"form": form, "organisation": unit, "is_key": True}
    return render(request, "people/system_form.html", context, status=422 if form.is_bound else 200)


@page(CONNECT)
def new_webhook(request: Request, pk: int) -> HttpResponse:
    """An address of an organisation that is told of events; the next page shows its secret once."""
    unit = get_object_or_404(queries.organisations_visible_to(request.actor).select_related("place"), pk=pk)
    form = forms.WebhookForm(request.POST or None)
    if form.is_valid():
        hook, secret = actions.add_webhook(organisation=unit, actor=request.actor, at=request.now, **form.cleaned_data)
        return render(request, "people/system_secret.html", {"name": hook.url, "secret": secret, "is_key": False})
    context = {"form": form, "organisation": unit, "is_key": False}
    return render(request, "people/system_form.html", context, status=422 if form.is_bound else 200)


@page(CONNECT, methods=("POST",))
def revoke_key(request: Request, pk: int) -> HttpResponse:
    key = get_object_or_404(queries.keys_visible_to(request.actor), pk=pk)
    actions.revoke_key(key=key, actor=request.actor, at=request.now)
    messages.success(request, _("The key of “%(name)s” opens nothing any more.") % {"name": key.name})
    return redirect("people:systems")


@page(CONNECT, methods=("GET",))
def webhook(request: Request, pk: int) -> HttpResponse:
    """What was sent to one address, and what came of it."""
    hook = _hook(request, pk)
    rows = list(hook.deliveries.order_by("-pk")[:50])
    events = Event.objects.in_bulk([row.event_id for row in rows])
    offered = access.offered_events() | {"webhook.tested": _("a test")}
    shown = [(row, offered.get(events[row.event_id].kind, ""), events[row.event_id].subject) for row in rows]
    unit = queries.organisation_by_id(hook.organisation_id)
    hears = [offered[kind] for kind in hook.events if kind in offered]
    return render(request, "people/webhook.html", {"hook": hook, "rows": shown, "hears": hears, "organisation": unit})


@page(CONNECT, methods=("POST",))
def test_webhook(request: Request, pk: int) -> HttpResponse:
    actions.test_webhook(hook=_hook(request, pk), actor=request.actor, at=request.now)
    messages.success(request, _("A test is on its way. Look again in a moment."))
    return redirect("people:webhook", pk)


@page(CONNECT, methods=("POST",))
def end_webhook(request: Request, pk: int) -> HttpResponse:
    actions.end_webhook(hook=_hook(request, pk), actor=request.actor, at=request.now)
    messages.success(request, _("This address is not told of anything any more."))
    return redirect("people:webhook", pk)


def _hook(request: Request, pk: int) -> Webhook:
    return get_object_or_404(queries.webhooks_visible_to(request.actor), pk=pk)
