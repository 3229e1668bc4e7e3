"""Pages of the mediation room: the door, the talk together, the talk alone, the table, the papers, the deeds.

Together and alone are two addresses with two boxes. Every page works by plain posts; the script adds lines.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from typing import Any, cast

from django import forms as plain_forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fengqiao.disputes import queries as disputes
from fengqiao.kernel import files, keys, limits, numbers, scoping
from fengqiao.kernel.errors import Refused
from fengqiao.mediation import access, room_acts, room_queries, room_shown
from fengqiao.mediation import queries as mediations
from fengqiao.mediation.actions import room as verbs
from fengqiao.mediation.actions.room import picturing
from fengqiao.mediation.room_queries import Guest
from fengqiao.mediation.room_rules import Channel, SignalKind
from fengqiao.shell.forms import Form
from fengqiao.shell.pages import Request, page

View = Callable[..., HttpResponseBase]
MOST_FROM_ONE_ADDRESS = 60


class Door(Form):
    """Number and the party's own code."""

    number = plain_forms.CharField(label=gettext_lazy("Number"), max_length=20)
    code = plain_forms.CharField(
        label=gettext_lazy("Your six-digit code"), max_length=6, min_length=6,
        widget=plain_forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )  # fmt: skip


@page(None, own_transactions=True)
def door(request: Request) -> HttpResponse:
    """A wrong code and an absent number get one and the same answer; five tries, then a pause."""
    asked = numbers.normalise(request.GET.get("number", ""))
    form = Door(request.POST if request.method == "POST" else None, initial={"number": asked})
    status, is_paused = 200, False
    if request.method == "POST" and form.is_valid():
        number = numbers.normalise(form.cleaned_data["number"])
        address = str(request.META.get("REMOTE_ADDR", ""))
        may_try = limits.hit(f"party:{address}", MOST_FROM_ONE_ADDRESS, access.TRIES_S, request.now)
        code = form.cleaned_data["code"]
        fits = access.open_by_code(request.session, number, code, now=request.now) if number else False
        if fits and may_try:
            request.session.cycle_key()
            return redirect("mediation:room", number)
        is_paused = fits is None or not may_try
        status = 429 if is_paused else 404
        if not is_paused:
            form.add_error(None, _("Number and code do not belong together. Please look at our message once more."))
    elif request.method == "POST":
        status = 422
    context = {"form": form, "is_paused": is_paused, "minutes": access.TRIES_S // 60}
    return render(request, "mediation/room/door.html", context, status=status)


def room_page(*methods: str) -> Callable[[View], View]:
    """A page of a room for its guests. For staff without a part in it the address does not exist; everybody else is
    asked for number and code, whether there is such a room or not."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(request: Request, number: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = access.guest(request.session, number, request.actor, now=request.now)
            if actor is None:
                if request.actor.is_authenticated and request.actor.role != "resident":
                    raise Http404
                return redirect(f"{reverse('mediation:room_door')}?number={number}")
            request.actor = actor
            with transaction.atomic():
                scoping.apply(actor)
                guest = room_queries.newest(number, actor)
                if guest is None:
                    return _no_room(request, number)
                return view(request, guest, *args, **kwargs)

        return page(None, methods=methods or ("GET",), own_transactions=True)(answer)

    return decorate


def _no_room(request: Request, number: str) -> HttpResponse:
    """Not opened yet: the mediator opens it here, a party reads when. Everybody else meets nothing."""
    dispute = disputes.by_number(number, request.actor)
    if dispute is None:
        raise Http404
    is_lead = disputes.is_mediator(dispute, request.actor)
    if not is_lead and disputes.party_of(dispute, request.actor) is None:
        raise Http404
    mediation = mediations.live(number, request.actor)
    if is_lead and request.method == "POST" and "open" in request.POST:
        verbs.open_room(number=number, actor=request.actor, at=request.now)
        return redirect("mediation:room", number)
    context = {
        "number": number, "title": dispute.name, "is_lead": is_lead, "mediation": mediation,
        "may_open": is_lead and room_queries.may_open(mediation),
    }  # fmt: skip
    return render(request, "mediation/room/none.html", context)


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("Accept", "")


# -- the talks --------------------------------------------------------------------------------------------------------


def _talk(request: Request, guest: Guest, channel: str) -> HttpResponse:
    if request.method == "POST":
        if "open" in request.POST and guest.is_lead and guest.room.ended_at is not None:
            verbs.open_room(number=room_acts.number_of(guest), actor=request.actor, at=request.now)
            return redirect("mediation:room", room_acts.number_of(guest))
        return _said(request, guest, channel)
    lines = room_shown.lines(guest, channel)
    context = {
        **room_shown.panels(guest, channel, request.now),
        "lines": lines,
        "last": lines[-1].line.n if lines else 0,
        "client_id": uuid.uuid4(),
        "alone_with": _alone_with(guest, channel),
        "tab": "joint" if channel == Channel.JOINT else "alone",
    }
    return render(request, "mediation/room/talk.html", context)


def _alone_with(guest: Guest, channel: str) -> str:
    """Whom a private word reaches, for the band and the button."""
    if channel == Channel.JOINT:
        return ""
    if not guest.is_lead:
        mediator = guest.room.mediation.mediator
        return _("mediator %(name)s") % {"name": mediator.user.name} if mediator is not None else _("the mediator")
    named = [party.name for party in disputes.parties(guest.room.mediation.dispute) if party.side == channel]
    return "、".join(named)


def _said(request: Request, guest: Guest, channel: str) -> HttpResponse:
    """One line, from the script or by a plain post; sent twice it is one line."""
    try:
        client_id = uuid.UUID(request.POST.get("client_id", ""))
    except ValueError:
        client_id = uuid.uuid4()
    upload = request.FILES.get("file")
    stored = files.store(upload, actor=request.actor, at=request.now) if upload else None
    line = verbs.say(
        number=room_acts.number_of(guest),
        channel=Channel(channel),
        text=request.POST.get("text", ""),
        client_id=client_id,
        file=stored,
        actor=request.actor,
        at=request.now,
    )
    if _wants_json(request):
        after = request.POST.get("after", "")
        found = room_shown.as_json(guest, channel, after=int(after) if after.isdigit() else line.n - 1)
        return JsonResponse({"lines": found})
    return redirect(request.path)


@room_page("GET", "POST")
def together(request: Request, guest: Guest) -> HttpResponse:
    return _talk(request, guest, Channel.JOINT)


@room_page("GET", "POST")
def alone(request: Request, guest: Guest) -> HttpResponse:
    """A party's own private talk. The mediator has one with each side, at an address of its own."""
    if guest.is_lead:
        return redirect("mediation:room_side", room_acts.number_of(guest), Channel.APPLICANT.value)
    return _talk(request, guest, guest.side)


@room_page("GET", "POST")
def side(request: Request, guest: Guest, channel: str) -> HttpResponse:
    if not guest.is_lead or channel not in set(guest.channels) - {Channel.JOINT}:
        raise Http404
    return _talk(request, guest, channel)


@room_page("GET")
def lines(request: Request, guest: Guest, channel: str) -> HttpResponse:
    """What was said in one talk after a line: asked for when the stream says so, and after every reconnect."""
    if channel not in guest.channels:
        raise Http404
    after = request.GET.get("after", "")
    found = room_shown.as_json(guest, channel, after=int(after) if after.isdigit() and len(after) < 10 else 0)
    answer = JsonResponse({"lines": found})
    answer["Cache-Control"] = "no-store"
    return answer


@room_page("GET")
def state(request: Request, guest: Guest, channel: str) -> HttpResponse:
    """The parts beside the talk, for the page that is open."""
    if channel not in guest.channels:
        raise Http404
    return render(request, "mediation/room/panels.html", room_shown.panels(guest, channel, request.now))


@room_page("GET")
def table(request: Request, guest: Guest) -> HttpResponse:
    """Offers and sealed offers, on a page of their own for phones."""
    context = {**room_shown.panels(guest, _own(guest), request.now), "tab": "table"}
    return render(request, "mediation/room/table.html", context)


@room_page("GET")
def papers(request: Request, guest: Guest) -> HttpResponse:
    """Files, board, consents, record, recordings."""
    context = {
        **room_shown.panels(guest, _own(guest), request.now),
        "tab": "papers",
        "files": room_queries.files(guest),
        "recordings": room_queries.recordings(guest),
        "understandings": [(one, room_shown.own_words(one.words)) for one in room_queries.understandings(guest)],
    }
    return render(request, "mediation/room/papers.html", context)


def _own(guest: Guest) -> str:
    return Channel.JOINT


# -- deeds ------------------------------------------------------------------------------------------------------------


@room_page("GET", "POST")
def act(request: Request, guest: Guest, key: str) -> HttpResponse:
    """One deed, from a button or from its own page; a refusal is shown there and nothing is lost."""
    deed = room_acts.BY_KEY.get(key)
    if deed is None or not deed.when(guest):
        raise Http404
    on = request.POST.get("on", request.GET.get("on", ""))
    is_sent = request.method == "POST"
    initial = {"text": room_shown.draft_of_record(guest)} if key == "record" else None
    form = deed.form(request.POST if is_sent else None, guest=guest, now=request.now, initial=initial)
    number = room_acts.number_of(guest)
    if is_sent and form.is_valid():
        deed.do(guest, dict(form.cleaned_data), on, number=number, actor=request.actor, at=request.now)
        if deed.said and key not in room_acts.QUIET:
            messages.success(request, str(deed.said))
        return redirect(_back(request, guest, key, on))
    context = {
        **room_shown.panels(guest, _own(guest), request.now),
        "deed": deed, "form": form, "on": on, "back": _back(request, guest, key, on),
    }  # fmt: skip
    return render(request, "mediation/room/act.html", context, status=422 if form.is_bound and form.errors else 200)


BACK = {"table": "mediation:room_table", "papers": "mediation:room_papers", "alone": "mediation:room_alone"}


def _back(request: Request, guest: Guest, key: str, on: str) -> str:
    """Where the button stood; the matter's own page after the room was stopped."""
    number = room_acts.number_of(guest)
    if key == "stop":
        return reverse("mediation:matter", args=[number])
    came = request.POST.get("back", request.GET.get("back", ""))
    if key == "written" and on in set(guest.channels) - {Channel.JOINT}:
        return reverse("mediation:room_side", args=[number, on])
    return reverse(BACK.get(came, "mediation:room"), args=[number])


@room_page("GET")
def envelope(request: Request, guest: Guest, pk: int) -> HttpResponse:
    """Refuses: everybody. A sealed number has no address; the question for one is answered all the same."""
    verbs.open_envelope(number=room_acts.number_of(guest), round_id=pk, actor=request.actor)
    raise AssertionError("an envelope was opened")


@room_page("GET")
def file(request: Request, guest: Guest, uid: uuid.UUID) -> HttpResponse:
    found = room_queries.line_file(guest, uid)
    if found is None or found.file is None:
        raise Http404
    return cast(HttpResponse, files.file_response(found.file, download="save" in request.GET))


# -- pictures ---------------------------------------------------------------------------------------------------------


@room_page("GET", "POST")
def signals(request: Request, guest: Guest) -> HttpResponse:
    """How browsers reach each other: post one message, fetch what waits."""
    number = room_acts.number_of(guest)
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        if kind not in SignalKind.values:
            raise Refused("signal.unknown", _("This message is not known."))
        verbs.send_signal(
            number=number, to=request.POST.get("to", ""), kind=SignalKind(kind), body=request.POST.get("body", ""),
            actor=request.actor, at=request.now,
        )  # fmt: skip
        return JsonResponse({})
    if guest.room.ended_at is not None:
        return JsonResponse({"signals": []})
    waiting = verbs.take_signals(number=number, actor=request.actor, at=request.now)
    return JsonResponse({"signals": [{"from": one.sender, "kind": one.kind, "body": one.body} for one in waiting]})


@room_page("POST")
def piece(request: Request, guest: Guest, uid: uuid.UUID, track: str, n: int) -> HttpResponse:
    """One second of one picture. Refused the moment a consent is gone."""
    verbs.add_piece(
        number=room_acts.number_of(guest), uid=uid, track=track, n=n, data=request.body, actor=request.actor,
        at=request.now,
    )  # fmt: skip
    return JsonResponse({})


@room_page("GET")
def recording(request: Request, guest: Guest, uid: uuid.UUID, track: str) -> HttpResponseBase:
    """A recording, read by its mediator and its parties alone, unsealed as it is sent."""
    found = next((one for one in room_queries.recordings(guest) if one.uid == uid), None)
    if found is None or found.erased_at is not None or track not in found.tracks or not keys.exists(uid):
        raise Http404
    answer = StreamingHttpResponse(list(picturing.pieces(found, track)), content_type="video/webm")
    answer["Content-Disposition"] = f'inline; filename="{uid.hex[:8]}-{track}.webm"'
    answer["Cache-Control"] = "private, no-store"
    return answer
