"""Pages of people: places, organisations and duties, one's own account, who looked at what."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from fengqiao.kernel.actor import permit
from fengqiao.kernel.notify.ports import chat_hint
from fengqiao.people import access, actions, forms, queries, sign_in
from fengqiao.people.access import offered_scopes
from fengqiao.people.actions import duties as duty_verbs
from fengqiao.people.actions import places as place_verbs
from fengqiao.people.listing import page_of
from fengqiao.people.models import Area, Membership, Organisation, Person, ReadAudit, User
from fengqiao.people.rules import (
    AreaKind,
    OrganisationKind,
    RevealPurpose,
    Role,
    device_name,
    kinds_below,
    mask_identity,
    mask_name,
    mask_phone,
)
from fengqiao.shell.errors import wants_fragment, wants_json
from fengqiao.shell.pages import Request, page

READ_AREAS = permit(
    "people.areas",
    {Role.ADMINISTRATOR, Role.DISPATCHER, Role.CLERK, Role.COMMUNITY_WORKER, Role.LEADER, Role.DATA_OFFICER},
)
READ_ORGANISATIONS = permit("people.organisations", {Role.ADMINISTRATOR, Role.DATA_OFFICER})
READ_AUDIT = permit("people.readings", {Role.AUDITOR, Role.DATA_OFFICER})
MINE = permit("people.me", set(Role))


# ---------------------------------------------------------------- places


@page(READ_AREAS, methods=("GET",))
def areas(request: Request) -> HttpResponse:
    """The places where the actor's scope begins."""
    actor = request.actor
    scope = queries.areas_visible_to(actor)
    top = scope.filter(pk=actor.area_id) if actor.area_id else scope.filter(parent=None)
    found = queries.find_areas(actor, request.GET.get("q", ""), most=50)
    listed = page_of(request, top, key="code")
    return render(request, "people/areas.html", {"page": listed, "found": found, "typed": request.GET.get("q", "")})


@page(READ_AREAS, methods=("GET",))
def area(request: Request, pk: int) -> HttpResponse:
    place = get_object_or_404(queries.areas_visible_to(request.actor), pk=pk)
    visible = set(queries.areas_visible_to(request.actor).filter(pk__in=_ids(place)).values_list("pk", flat=True))
    return render(
        request,
        "people/area.html",
        {
            "area": place,
            "path": [(above, above.pk in visible) for above in queries.area_path(place)[:-1]],
            "page": page_of(request, place.children.all(), key="code"),
            "on_duty": queries.on_duty(area=place, on=request.now.date()),
            "may_change": request.actor.may(place_verbs.CHANGE),
            "may_contain": bool(kinds_below(AreaKind(place.kind))),
        },
    )


def _ids(place: Area) -> list[int]:
    return [above.pk for above in queries.area_path(place)]


@page(place_verbs.CHANGE)
def add_area(request: Request, pk: int) -> HttpResponse:
    parent = get_object_or_404(queries.areas_visible_to(request.actor), pk=pk)
    form = forms.Place(request.POST or None, parent=parent)
    if form.is_valid():
        facts = dict(form.cleaned_data)
        kind, name = AreaKind(facts.pop("kind")), facts.pop("name")
        made = actions.add_area(parent=parent, kind=kind, name=name, actor=request.actor, at=request.now, **facts)
        messages.success(request, _("“%(name)s” is laid out.") % {"name": made.name})
        return redirect("people:area", made.pk)
    return _render_form(request, "people/area_form.html", form, area=parent, is_new=True)


@page(place_verbs.CHANGE)
def change_area(request: Request, pk: int) -> HttpResponse:
    place = get_object_or_404(queries.areas_visible_to(request.actor), pk=pk)
    facts = ("name", "households", "residents")
    initial = {name: getattr(place, name) for name in facts} | {"aliases": "，".join(place.aliases)}
    form = forms.Place(request.POST or None, initial=initial)
    if form.is_valid():
        actions.change_area(area=place, actor=request.actor, at=request.now, **form.cleaned_data)
        return redirect("people:area", place.pk)
    return _render_form(request, "people/area_form.html", form, area=place, is_new=False)


@page(place_verbs.CHANGE, methods=("POST",))
def close_area(request: Request, pk: int) -> HttpResponse:
    place = get_object_or_404(queries.areas_visible_to(request.actor), pk=pk)
    actions.close_area(area=place, actor=request.actor, at=request.now)
    return redirect("people:area", place.pk)


@page(None, methods=("GET",))
def find_areas(request: Request) -> HttpResponse:
    """For pickers: up to twelve places for what was typed, as JSON or as a list htmx puts under the field."""
    kinds = [kind for kind in request.GET.getlist("kind") if kind in AreaKind]
    found = queries.find_areas(request.actor, request.GET.get("q", ""), kinds=kinds)
    if wants_json(request):
        rows = [{"id": area.pk, "name": area.name, "full_name": area.full_name, "kind": area.kind} for area in found]
        return JsonResponse({"areas": rows})
    return render(request, "people/parts/areas_found.html", {"found": found})


# ---------------------------------------------------------------- organisations and duties


@page(READ_ORGANISATIONS, methods=("GET",))
def organisations(request: Request) -> HttpResponse:
    typed, kind = request.GET.get("q", "").strip(), request.GET.get("kind", "")
    rows = queries.organisations_visible_to(request.actor).select_related("place")
    if typed:
        rows = rows.filter(name__contains=typed)
    if kind in OrganisationKind:
        rows = rows.filter(kind=kind)
    found = {"page": page_of(request, rows, key="code"), "typed": typed, "kind": kind}
    kinds = OrganisationKind.choices
    may_change = request.actor.may(duty_verbs.CHANGE_ORGANISATIONS)
    return render(request, "people/organisations.html", {**found, "kinds": kinds, "may_change": may_change})


@page(READ_ORGANISATIONS, methods=("GET",))
def organisation(request: Request, pk: int) -> HttpResponse:
    unit = get_object_or_404(queries.organisations_visible_to(request.actor).select_related("place"), pk=pk)
    held = unit.memberships.select_related("user", "area").order_by("ended_at", "role", "pk")
    today = request.now.date()
    return render(
        request,
        "people/organisation.html",
        {
            "organisation": unit,
            "running": [duty for duty in held if duty.runs_on(today)],
            "other": [duty for duty in held if not duty.runs_on(today)],
            "may_change": (may_change := request.actor.may(duty_verbs.CHANGE_ORGANISATIONS)),
            "chat": _chat_shown(unit) if may_change else None,
        },
    )


@page(duty_verbs.CHANGE_ORGANISATIONS)
def add_organisation(request: Request, pk: int) -> HttpResponse:
    place = get_object_or_404(queries.areas_visible_to(request.actor), pk=pk)
    form = forms.Unit(request.POST or None)
    if form.is_valid():
        made = actions.add_organisation(place=place, actor=request.actor, at=request.now, **form.cleaned_data)
        return redirect("people:organisation", made.pk)
    return _render_form(request, "people/organisation_form.html", form, place=place, organisation=None)


@page(duty_verbs.CHANGE_ORGANISATIONS)
def change_organisation(request: Request, pk: int) -> HttpResponse:
    unit = _organisation(request, pk)
    initial = {name: getattr(unit, name) for name in ("name", "phone", "address", "capacity")}
    form = forms.Unit(request.POST or None, initial=initial, fixed=True)
    if form.is_valid():
        actions.change_organisation(organisation=unit, actor=request.actor, at=request.now, **form.cleaned_data)
        return redirect("people:organisation", unit.pk)
    return _render_form(request, "people/organisation_form.html", form, place=unit.place, organisation=unit)


@page(duty_verbs.CHANGE_DUTIES)
def start_duty(request: Request, pk: int) -> HttpResponse:
    """Give a duty; for somebody new an account is opened, whose first password the next page shows once."""
    unit = _organisation(request, pk)
    form = forms.Duty(request.POST or None, organisation=unit, initial={"starts_on": request.now.date()})
    if form.is_valid():
        facts = dict(form.cleaned_data)
        username, name = facts.pop("username"), facts.pop("name")
        password = ""
        user = form.user
        if user is None:
            password = sign_in.first_password()
            user = actions.add_user(
                username=username, name=name, password=password, actor=request.actor, at=request.now
            )
        facts |= {"role": Role(facts["role"]), "capacity": facts["capacity"] or 0}
        duty = actions.start_duty(user=user, organisation=unit, actor=request.actor, at=request.now, **facts)
        if password:
            return render(
                request, "people/first_password.html", {"user_made": user, "duty": duty, "password": password}
            )
        messages.success(request, _("%(name)s holds the duty from now on.") % {"name": user.name})
        return redirect("people:organisation", unit.pk)
    return _render_form(request, "people/duty_form.html", form, organisation=unit)


CHAT_NAMES = {
    "wecombot": gettext_lazy("WeCom"),
    "dingtalk": gettext_lazy("DingTalk"),
    "feishu": gettext_lazy("Feishu"),
    "lark": "Lark",
}


def _chat_shown(organisation: Organisation) -> dict[str, Any] | None:
    """The group chat as an administrator sees it: which service, the end of its address, whether it answered."""
    service, end = chat_hint(organisation.chat)
    if not service:
        return None
    return {"name": CHAT_NAMES.get(service, service), "end": end, "tried": queries.last_chat_try(organisation)}


@page(duty_verbs.CHANGE_ORGANISATIONS)
def change_chat(request: Request, pk: int) -> HttpResponse:
    """The group chat in which the organisation hears; a new one is tried at once."""
    unit = _organisation(request, pk)
    form = forms.Chat(request.POST or None, held=unit.chat)
    if form.is_valid():
        chat = form.cleaned_data["chat"]
        actions.set_chat(organisation=unit, chat=chat, actor=request.actor, at=request.now)
        said = _("Saved. A first message is on its way to the chat.") if chat else _("The chat hears nothing more.")
        messages.success(request, said)
        return redirect("people:organisation", unit.pk)
    return _render_form(request, "people/chat_form.html", form, organisation=unit, chat=_chat_shown(unit))


@page(duty_verbs.CHANGE_DUTIES)
def change_addresses(request: Request, pk: int) -> HttpResponse:
    """Where the notices of a colleague go; what is held is shown masked."""
    duty = get_object_or_404(queries.duties_visible_to(request.actor).select_related("user", "organisation"), pk=pk)
    form = forms.AddressesOfAnother(request.POST if request.method == "POST" else None, held=duty.user)
    if form.is_valid():
        actions.set_addresses(user=duty.user, **form.addresses(), actor=request.actor, at=request.now)
        messages.success(request, _("Notices to %(name)s go there from now on.") % {"name": duty.user.name})
        return redirect("people:organisation", duty.organisation_id)
    return _render_form(request, "people/addresses_form.html", form, duty=duty, organisation=duty.organisation)


@page(duty_verbs.CHANGE_DUTIES, methods=("POST",))
def end_duty(request: Request, pk: int) -> HttpResponse:
    duty = get_object_or_404(queries.duties_visible_to(request.actor).select_related("user"), pk=pk)
    actions.end_duty(duty=duty, actor=request.actor, at=request.now)
    messages.success(request, _("The duty of %(name)s has ended.") % {"name": duty.user.name})
    return redirect("people:organisation", duty.organisation_id)


@page(duty_verbs.RESET_SIGN_IN, methods=("POST",))
def reset_sign_in(request: Request, pk: int) -> HttpResponse:
    """A new first password for a colleague who cannot get in, shown once."""
    duty = get_object_or_404(queries.duties_visible_to(request.actor).select_related("user"), pk=pk)
    if not sign_in.recently_authenticated(request):
        back = reverse("people:organisation", args=[duty.organisation_id])
        return redirect(f"{reverse('account_reauthenticate')}?next={back}")
    password = sign_in.first_password()
    user = actions.reset_sign_in(user=duty.user, password=password, actor=request.actor, at=request.now)
    return render(request, "people/first_password.html", {"user_made": user, "duty": duty, "password": password})


def _organisation(request: Request, pk: int) -> Organisation:
    return get_object_or_404(queries.organisations_visible_to(request.actor).select_related("place"), pk=pk)


# ---------------------------------------------------------------- oneself


@page(MINE)
def me(request: Request) -> HttpResponse:
    user = _user(request)
    form = forms.Absence(request.POST or None, initial={"away_until": user.away_until})
    if form.is_valid():
        actions.set_absence(user=user, until=form.cleaned_data["away_until"], actor=request.actor, at=request.now)
        return redirect("people:me")
    return _me(request, form)


@page(duty_verbs.SET_ADDRESSES, methods=("POST",))
def set_addresses(request: Request) -> HttpResponse:
    """Where one's own notices go."""
    user = _user(request)
    form = forms.Addresses(request.POST)
    if form.is_valid():
        actions.set_addresses(user=user, **form.cleaned_data, actor=request.actor, at=request.now)
        messages.success(request, _("Your notices go there from now on."))
        return redirect("people:me")
    return _me(request, forms.Absence(initial={"away_until": user.away_until}), form)


def _me(request: Request, form: forms.Absence, addresses: forms.Addresses | None = None) -> HttpResponse:
    user = _user(request)
    context = {
        "frame": _frame(request),
        "form": form,
        "addresses": addresses or forms.Addresses(initial={"phone": user.phone, "email": user.email}),
        "user_shown": user,
        "has_second_factor": is_mfa_enabled(user),
        "must_have_second_factor": sign_in.needs_second_factor(request.actor, user),
        "by_code": bool(request.session.get(access.BY_CODE)),
        "is_away": bool(user.away_until and user.away_until >= request.now.date()),
    }
    bound = form.is_bound or context["addresses"].is_bound
    return render(request, "people/me.html", context, status=422 if bound else 200)


@page(MINE, methods=("POST",))
def switch_duty(request: Request) -> HttpResponse:
    """Act in another of one's duties from now on, in this session."""
    wanted = request.POST.get("duty", "")
    held: list[Membership] = request.duties
    if wanted not in {str(duty.pk) for duty in held}:
        raise Http404
    request.session["duty"] = int(wanted)
    return redirect("shell:home")


@page(MINE, methods=("GET",))
def sessions(request: Request) -> HttpResponse:
    held = UserSession.objects.purge_and_list(_user(request))
    own = request.session.session_key
    rows = [
        {
            "session": one,
            "is_this": one.session_key == own,
            "device": device_name(one.user_agent) or _("a device"),
        }
        for one in held
    ]
    rows.sort(key=lambda row: (not row["is_this"], -row["session"].pk))
    return render(request, "people/sessions.html", {"frame": _frame(request), "rows": rows})


@page(MINE, methods=("POST",))
def end_session(request: Request, session: int) -> HttpResponse:
    get_object_or_404(UserSession, pk=session, user=_user(request)).end()
    messages.success(request, _("That device is signed out."))
    return redirect("usersessions_list")


def _user(request: Request) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _frame(request: Request) -> str:
    return "shell/resident.html" if request.actor.role == Role.RESIDENT else "shell/staff.html"


# ---------------------------------------------------------------- signing in by a code to the phone

CODE_PHONE = "code_phone"


@page(None)
def ask_code(request: Request) -> HttpResponse:
    form = forms.AskCode(request.POST or None)
    if form.is_valid():
        number = form.cleaned_data["phone"]
        sign_in.send_code(
            phone=number,
            address=get_adapter().get_client_ip(request),
            language=get_language() or "zh-hans",
            at=request.now,
        )
        request.session[CODE_PHONE] = number
        return redirect("account_code_check")
    return _render_form(request, "people/ask_code.html", form)


@never_cache
@sensitive_post_parameters("code")
@page(None)
def enter_code(request: Request) -> HttpResponse:
    number = request.session.get(CODE_PHONE)
    if not number:
        return redirect("account_code")
    form = forms.EnterCode(request.POST or None)
    if form.is_valid():
        if sign_in.check_code(phone=number, code=form.cleaned_data["code"], at=request.now):
            del request.session[CODE_PHONE]
            sign_in.sign_in_resident(request, sign_in.resident_user(phone=number, at=request.now))
            return redirect("/")
        form.add_error("code", _("This code does not fit or has run out. You can have a new one sent."))
    return _render_form(request, "people/enter_code.html", form, phone=mask_phone(number))


# ---------------------------------------------------------------- personal details and who looked at them


@page(MINE)
def reveal(request: Request, pk: int, field: str) -> HttpResponse:
    """Ask what a personal detail is needed for; then show it once and write the row. `about` names the matter."""
    person = queries.visible_person(request.actor, pk)
    if person is None or field not in actions.REVEALABLE:
        raise Http404
    about = (request.POST.get("about") or request.GET.get("about") or "")[:60]
    form = forms.Reveal(
        request.POST if request.method == "POST" else None, initial={"purpose": request.session.get("purpose")}
    )
    shown = {"person": person, "field": field, "about": about, "masked": masked(person, field), "form": form}
    if form.is_valid():
        purpose = RevealPurpose(form.cleaned_data["purpose"])
        request.session["purpose"] = str(purpose)
        value = actions.reveal(
            person=person,
            field=field,
            purpose=purpose,
            actor=request.actor,
            at=request.now,
            subject=about,
            address=get_adapter().get_client_ip(request),
        )
        shown |= {"value": value, "purpose": purpose.label}
    if wants_fragment(request):
        name = "revealed" if "value" in shown else ("masked" if "keep" in request.GET else "reveal")
        return render(request, f"people/parts/{name}.html", shown)
    return render(request, "people/reveal.html", shown | {"frame": _frame(request)})


MASKS = {"name": mask_name, "phone": mask_phone, "identity_number": mask_identity}


def masked(person: Person, field: str) -> str:
    """A personal detail as everybody in scope may see it."""
    value = str(getattr(person, field))
    return MASKS[field](value) if field in MASKS else ("****" if value else "")


@page(MINE, methods=("GET",))
def who_looked(request: Request) -> HttpResponse:
    """The resident's own page: who saw details of them, when and what for."""
    if request.actor.person_id is None:
        return render(request, "people/who_looked.html", {"frame": _frame(request), "page": None})
    rows = queries.readings_of(request.actor.person_id).order_by()
    listed = page_of(request, rows, newest_first=True)
    shown = _in_words(listed.rows)
    return render(request, "people/who_looked.html", {"frame": _frame(request), "page": listed, "rows": shown})


@page(READ_AUDIT, methods=("GET",))
def readings(request: Request) -> HttpResponse:
    """For auditors: who read what, and what was refused."""
    form = forms.FindReadings(request.GET or None)
    rows = queries.readings_visible_to(request.actor).order_by()
    if form.is_valid():
        if form.cleaned_data["who"]:
            rows = rows.filter(actor_name=form.cleaned_data["who"])
        if form.cleaned_data["about"]:
            rows = rows.filter(subject=form.cleaned_data["about"])
    listed = page_of(request, rows, newest_first=True, size=50)
    shown = _in_words(listed.rows)
    return render(request, "people/readings.html", {"page": listed, "rows": shown, "form": form})


WHAT = {
    "person.name": lambda: _("name"),
    "person.phone": lambda: _("telephone number"),
    "person.identity_number": lambda: _("identity number"),
    "person.address": lambda: _("address"),
    "forbidden": lambda: _("a step that is not theirs"),
}


def _in_words(rows: list[ReadAudit]) -> list[tuple[ReadAudit, dict[str, Any]]]:
    wanted = {row.organisation_id for row in rows if row.organisation_id}
    units: dict[int | None, str] = dict(Organisation.objects.filter(pk__in=wanted).values_list("pk", "name"))
    return [(row, _words(row, units)) for row in rows]


def _words(row: ReadAudit, units: dict[int | None, str]) -> dict[str, Any]:
    """A row of the read audit in words: nothing coded reaches the page."""
    what = WHAT.get(row.what)
    words: dict[str, Any] = {
        "what": what() if what else _("details of a matter"),
        "unit": units.get(row.organisation_id, ""),
        "purpose": RevealPurpose(row.purpose).label if row.purpose in RevealPurpose else row.purpose,
        "subject": "" if row.subject.startswith("person:") else row.subject,
    }
    if row.what.startswith("export."):
        rows = row.purpose.partition(" ")[0]
        words |= {"what": _("a list taken out as a file"), "purpose": _("%(n)s rows") % {"n": rows}, "subject": ""}
    elif row.what == "forbidden":
        words["purpose"] = str(offered_scopes().get(row.purpose, ""))
    return words


# ---------------------------------------------------------------- shared


def _render_form(request: Request, template: str, form: Any, **context: Any) -> HttpResponse:
    """A form again with what was wrong: 422, so that htmx and tests can tell."""
    status = 422 if form.is_bound else 200
    return render(request, template, {"form": form, **context}, status=status)
