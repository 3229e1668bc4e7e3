"""The addresses of GeoReport v2: discovery, services, requests, tokens and updates."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from fengqiao.intake import actions, queries, rules
from fengqiao.intake.actions.receiving import Draft
from fengqiao.intake.api import common
from fengqiao.intake.models import Category, Contact
from fengqiao.intake.open311 import asked, public
from fengqiao.intake.open311.answers import Wrong, answer, wants_xml, wrong
from fengqiao.intake.rules import Channel, Stage
from fengqiao.kernel import numbers, scoping
from fengqiao.kernel.actor import PUBLIC, Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.people import queries as people
from fengqiao.shell import api, idempotency

View = Callable[..., HttpResponse]

SPAN = dt.timedelta(days=90)
PAGE_SIZE, MOST_ON_A_PAGE, LAST_PAGE = 50, 200, 1000
NEAR_M, NEAREST_M, FARTHEST_M = 750.0, 100.0, 50_000.0
LONGEST = 20_000


def address(*methods: str) -> Callable[[View], View]:
    """One address in JSON and XML: who calls, how often, and every error as the standard wants it."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @functools.wraps(view)
        def answered(request: HttpRequest, *args: Any, extension: str = "", **kwargs: Any) -> HttpResponse:
            as_xml = wants_xml(request, extension)
            if request.method not in (*methods, "HEAD"):
                return HttpResponseNotAllowed(methods)
            try:
                api.readable(request)
                actor = caller(request)
                request.actor = actor  # type: ignore[attr-defined]
                api.not_too_often(request, actor, common.now(request))
                _jurisdiction(request)
                response = view(request, *args, as_xml=as_xml, **kwargs)
            except Exception as error:  # every kind we know has its answer, the others go on
                return _said(request, error, as_xml=as_xml)
            return response

        answered.verb = None  # type: ignore[attr-defined]
        answered.methods = methods  # type: ignore[attr-defined]
        return answered

    return decorate


def caller(request: HttpRequest) -> Actor:
    """By `api_key` in address or form, or by header; nobody in particular without one. A wrong one is 403."""
    credentials = request.POST.get("api_key") or request.GET.get("api_key") or ""
    scheme, _space, header = request.headers.get("Authorization", "").partition(" ")
    if not credentials and scheme.lower() == "bearer":
        credentials = header
    if not credentials:
        return PUBLIC
    actor = api.caller_of("bearer", request, credentials)
    if actor is None:
        raise Wrong(403, _("This api_key opens nothing."), code="api_key")
    return actor


def _jurisdiction(request: HttpRequest) -> None:
    """With one jurisdiction any name is fine; an installation that was given a name answers 404 to another."""
    given = request.POST.get("jurisdiction_id") or request.GET.get("jurisdiction_id") or ""
    if settings.OPEN311_JURISDICTION and given and given != settings.OPEN311_JURISDICTION:
        raise Wrong(404, "jurisdiction_id was not found")


def _said(request: HttpRequest, error: Exception, *, as_xml: bool) -> HttpResponse:
    """One error of ours in the words of the standard; unknown ones go on to be a 500 that is logged."""
    if isinstance(error, Wrong):
        return wrong(error, as_xml=as_xml)
    if isinstance(error, Refused):
        status = 409 if error.code.startswith("idempotency.") else 400
        return wrong(Wrong(status, str(error.message), code=error.code), as_xml=as_xml)
    if isinstance(error, ValidationError):
        return wrong(Wrong(400, str(error.messages[0])), as_xml=as_xml)
    known = api.said(request, error)
    if known is None:
        raise error
    api.remember(request, known)
    words = str(error.message) if isinstance(error, Forbidden) and error.message else known.reason_phrase
    response = wrong(Wrong(known.status_code, words, code=getattr(error, "code", "")), as_xml=as_xml)
    if known.status_code == 429:
        response.headers["Retry-After"] = known.headers["Retry-After"]
    return response


# ---------------------------------------------------------------- discovery and services


@address("GET")
def discovery(request: HttpRequest, *, as_xml: bool) -> HttpResponse:
    base = f"{settings.SITE_URL}/open311/v2"
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": base,
        "changeset": "2026-11-24T00:00:00+08:00",
        "type": "production",
        "formats": ["application/json", "text/xml"],
    }
    told = {
        "changeset": endpoint["changeset"],
        "contact": f"{settings.SITE_URL}/help/",
        "key_service": f"{settings.SITE_URL}/api/v1/docs",
        "endpoints": [endpoint],
    }
    return answer("discovery", told, as_xml=as_xml)


@address("GET")
def services(request: HttpRequest, *, as_xml: bool) -> HttpResponse:
    found = queries.categories()
    names = {one.code: one.name_zh for one in found if one.level == 1}
    return answer("services", [public.service_of(one, names) for one in public.leaves(found)], as_xml=as_xml)


@address("GET")
def definition(request: HttpRequest, code: str, *, as_xml: bool) -> HttpResponse:
    """No service asks for further fields: the text is enough."""
    return answer("service_definition", {"service_code": _service(code).code, "attributes": []}, as_xml=as_xml)


def _service(code: str) -> Category:
    if not code:
        raise Wrong(400, "service_code was not provided")
    found = {one.code: one for one in queries.categories()}.get(code)
    if found is None:
        raise Wrong(404, "service_code was not found")
    return found


# ---------------------------------------------------------------- requests


@address("GET", "POST")
def requests(request: HttpRequest, *, as_xml: bool) -> HttpResponse:
    if request.method == "POST":
        return _file(request, as_xml=as_xml)
    actor = common.actor_of(request)
    with scoping.unscoped("open311.requests"):
        rows = _wanted(public.listed(actor), request.GET, at=common.now(request))
        told = [public.request_of(contact, actor) for contact in _page(rows, request.GET)]
    return answer("service_requests", told, as_xml=as_xml)


def _wanted(rows: QuerySet[Contact], sent: Any, *, at: dt.datetime) -> QuerySet[Contact]:
    """The filters of the standard. A list of ids leaves all others out."""
    ids = asked.several(sent, "service_request_id")
    if ids:
        return rows.filter(number__in=[numbers.normalise(one) for one in ids])
    rows = _in_time(rows, sent, at=at)
    codes = asked.several(sent, "service_code")
    if codes:
        rows = rows.filter(category__code__in=codes)
    return _around(_in_state(rows, asked.several(sent, "status")), sent)


def _in_time(rows: QuerySet[Contact], sent: Any, *, at: dt.datetime) -> QuerySet[Contact]:
    since, until = asked.moment(sent, "start_date"), asked.moment(sent, "end_date")
    after, before = asked.moment(sent, "updated_after"), asked.moment(sent, "updated_before")
    if not (since or after):
        since = (until or at) - SPAN
    bounds = {
        "received_at__gte": since,
        "received_at__lte": until,
        "changed_at__gte": after,
        "changed_at__lte": before,
    }
    return rows.filter(**{key: value for key, value in bounds.items() if value is not None})


def _in_state(rows: QuerySet[Contact], states: list[str]) -> QuerySet[Contact]:
    if set(states) - {"open", "closed"}:
        raise Wrong(400, "status must be open or closed")
    return rows.filter(closed_at__isnull=states[0] == "open") if len(set(states)) == 1 else rows


def _around(rows: QuerySet[Contact], sent: Any) -> QuerySet[Contact]:
    latitude, longitude = asked.number(sent, "lat", -90, 90), asked.number(sent, "long", -180, 180)
    radius = asked.number(sent, "radius", 0, FARTHEST_M)
    if (latitude is None) != (longitude is None):
        raise Wrong(400, "lat and long belong together")
    if latitude is None or longitude is None:
        return rows
    return public.near(rows, latitude, longitude, max(radius if radius is not None else NEAR_M, NEAREST_M))


def _page(rows: QuerySet[Contact], sent: Any) -> list[Contact]:
    """Past the end lies an empty list."""
    page, size = asked.whole(sent, "page", 1, 10**9), asked.whole(sent, "page_size", PAGE_SIZE, 10**9)
    size = min(size, MOST_ON_A_PAGE)
    if page > LAST_PAGE:
        return []
    return list(rows.order_by("-received_at", "-pk")[(page - 1) * size : page * size])


@address("GET")
def one_request(request: HttpRequest, number: str, *, as_xml: bool) -> HttpResponse:
    """A list with one request. Several ids may be named, with commas."""
    actor = common.actor_of(request)
    with scoping.unscoped("open311.request"):
        ids = [numbers.normalise(one) for one in number.split(",")[:MOST_ON_A_PAGE]]
        told = [public.request_of(contact, actor) for contact in public.listed(actor).filter(number__in=ids)]
    if not told:
        raise Wrong(404, "service_request_id was not found")
    return answer("service_requests", told, as_xml=as_xml)


@address("GET")
def token(request: HttpRequest, number: str, *, as_xml: bool) -> HttpResponse:
    """Every POST is given its id at once, so a token is the id itself."""
    with scoping.unscoped("open311.token"):
        found = public.listed(common.actor_of(request)).filter(number=numbers.normalise(number)).first()
    if found is None:
        raise Wrong(404, "token was not found")
    return answer("service_requests", [{"token": found.number, "service_request_id": found.number}], as_xml=as_xml)


def _file(request: HttpRequest, *, as_xml: bool) -> HttpResponse:
    """POST request: kept raw first, then received like any other message. The answer is a list, also of one."""
    actor = _key_with(request, rules.FILE)
    common.keep_raw(request, actor)
    return _once(request, actor, functools.partial(_received, request, actor, as_xml=as_xml))


def _received(request: HttpRequest, actor: Actor, *, as_xml: bool) -> HttpResponse:
    draft = _draft(request.POST)
    raw = request.raw  # type: ignore[attr-defined]
    given = actions.receive(draft=draft, channel=Channel.OPEN311, actor=actor, at=common.now(request), raw=raw)
    made = {"service_request_id": given.contact.number, "service_notice": None, "account_id": None}
    return answer("service_requests", [made], as_xml=as_xml, status=201)


def _draft(sent: Any) -> Draft:
    words = asked.text(sent, "description", most=LONGEST)
    category = _service(asked.text(sent, "service_code"))
    if not words:
        raise Wrong(400, "description was not provided")
    media, place = asked.text(sent, "media_url", most=500), asked.text(sent, "address_id")
    area = people.area_by_code(place) if place else None
    return Draft(
        text=f"{words}\n{media}" if media else words,
        name=(asked.text(sent, "last_name", most=30) + asked.text(sent, "first_name", most=30)),
        phone=asked.text(sent, "phone", most=30),
        email=asked.text(sent, "email"),
        category_id=category.pk,
        place_id=area.pk if area is not None else None,
        location_text=asked.text(sent, "address_string", most=1000)[:200],
        latitude=asked.number(sent, "lat", -90, 90),
        longitude=asked.number(sent, "long", -180, 180),
    )


def _key_with(request: HttpRequest, *verbs: str) -> Actor:
    actor = common.actor_of(request)
    if not actor.is_system:
        raise Wrong(403, _("Please send a key that works, or number and code."), code="api_key")
    if not any(actor.may(verb) for verb in verbs):
        raise Forbidden(verbs[0], _("This key was not given the right to do that."), code="key.scope")
    return actor


def _once(request: HttpRequest, actor: Actor, deed: Callable[[], HttpResponse], key: str = "") -> HttpResponse:
    """In one transaction, once for an Idempotency-Key. A refusal goes up as an exception and takes all back."""
    key = key or request.headers.get("Idempotency-Key", "")
    with transaction.atomic():
        scoping.apply(actor)
        if not key:
            return deed()
        this = idempotency.asked(request, caller=actor.id, key=key)
        before = idempotency.claim(this, at=common.now(request))
        if before is not None:
            return before
        response = deed()
        idempotency.finish(this, response)
        return response


# ---------------------------------------------------------------- updates


@address("GET", "POST")
def updates(request: HttpRequest, *, as_xml: bool) -> HttpResponse:
    if request.method == "POST":
        return _update(request, as_xml=as_xml)
    actor, at = common.actor_of(request), common.now(request)
    since = asked.moment(request.GET, "start_date") or at - dt.timedelta(days=1)
    until = asked.moment(request.GET, "end_date") or at
    ids = asked.several(request.GET, "service_request_id")
    with scoping.unscoped("open311.updates"):
        rows = public.listed(actor)
        if ids:
            rows = rows.filter(number__in=[numbers.normalise(one) for one in ids])
        lines = public.updates(rows, since=since, until=until)[: MOST_ON_A_PAGE * 5]
        told = [public.update_of(line, actor) for line in lines]
    return answer("service_request_updates", told, as_xml=as_xml)


def _update(request: HttpRequest, *, as_xml: bool) -> HttpResponse:
    """The unit's system tells how far it is; a desk's system writes down what the person adds. Nobody closes here."""
    actor = _key_with(request, rules.HANDLE, rules.REGISTER)
    common.keep_raw(request, actor)
    written = asked.text(request.POST, "update_id", most=60)
    key = "open311:" + "".join(
        sign if sign.isascii() and sign.isprintable() and sign != " " else "_" for sign in written
    )
    deed = functools.partial(_updated, request, actor, as_xml=as_xml)
    return _once(request, actor, deed, key=key if written else "")


def _updated(request: HttpRequest, actor: Actor, *, as_xml: bool) -> HttpResponse:
    sent = request.POST
    wanted, words = asked.text(sent, "service_request_id"), asked.text(sent, "description", most=LONGEST)
    status = asked.text(sent, "status").lower()
    asked.moment(sent, "updated_datetime")
    contact = queries.visible_to(actor).filter(number=numbers.normalise(wanted)).first() if wanted else None
    if not wanted or not words:
        raise Wrong(400, "service_request_id and description must be provided")
    if contact is None:
        raise Http404
    if status in {"closed", "fixed", "fixed - council", "fixed - user"}:
        raise common.only_the_person(actor)
    _tell(contact, words, actor, at=common.now(request))
    line = contact.entries.filter(is_internal=False).order_by("-pk").values_list("pk", flat=True).first()
    return answer("service_request_updates", [{"update_id": str(line)}], as_xml=as_xml, status=201)


def _tell(contact: Contact, words: str, actor: Actor, *, at: dt.datetime) -> None:
    if actor.may(rules.HANDLE) and actor.organisation_id == contact.unit_id:
        verb = actions.progress if contact.stage == Stage.HANDLING else actions.answer
        verb(number=contact.number, text=words, actor=actor, at=at)
    else:
        actions.supplement(number=contact.number, text=words, actor=actor, at=at)
