"""Questions about places, organisations, duties and who looked at what."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterable

from django.db.models import Q, QuerySet

from fengqiao.kernel.actor import LEVELS, Actor
from fengqiao.kernel.models import Notice, Webhook
from fengqiao.people import numbers, spelling
from fengqiao.people.access import narrow
from fengqiao.people.models import ApiKey, Area, Membership, Organisation, Person, ReadAudit, User
from fengqiao.people.rules import AreaKind

PersonScope = Callable[[Actor], QuerySet[Person]]
_person_scopes: list[PersonScope] = []


def areas_visible_to(actor: Actor) -> QuerySet[Area]:
    """Places in the actor's scope; all for who has no place of their own, since names of places are public."""
    return narrow(Area.objects.all(), actor) if actor.level in LEVELS else Area.objects.all()


def areas_below(area: Area) -> QuerySet[Area]:
    """Every place inside `area`, at any depth, without itself."""
    if area.kind in LEVELS:
        return Area.objects.filter(**{f"{area.kind}_id": area.pk}).exclude(pk=area.pk)
    if area.kind == AreaKind.PROVINCE:
        return Area.objects.filter(Q(parent=area) | Q(parent__parent=area) | Q(city_id__in=_cities(area)))
    return Area.objects.filter(parent=area)


def _cities(province: Area) -> QuerySet[Area, int]:
    return Area.objects.filter(parent=province).values_list("pk", flat=True)


def lies_in(area: Area, wider: Area) -> bool:
    """Whether `area` is `wider` or lies inside it."""
    return area.pk == wider.pk or areas_below(wider).filter(pk=area.pk).exists()


def area_path(area: Area) -> list[Area]:
    """From the widest place down to this one."""
    ids = [getattr(area, f"{level}_id") for level in LEVELS]
    above = {place.pk: place for place in Area.objects.filter(pk__in=[*filter(None, ids), area.parent_id])}
    line = [above[pk] for pk in ids if pk and pk in above and pk != area.pk]
    if area.parent_id and area.parent_id not in [place.pk for place in line]:
        line.append(above[area.parent_id])
    return [*line, area]


def find_areas(actor: Actor, typed: str, *, kinds: list[str] | None = None, most: int = 12) -> list[Area]:
    """Places whose name contains, or whose pinyin or initials begin with, what was typed. Exact and wide ones first."""
    typed = typed.strip()
    if not typed:
        return []
    scope = areas_visible_to(actor).filter(is_active=True)
    if kinds:
        scope = scope.filter(kind__in=kinds)
    if typed.isascii():
        latin = "".join(filter(str.isalnum, typed.lower()))
        matching = Q(initials__startswith=latin) | Q(pinyin__startswith=latin) | Q(code__startswith=typed)
    else:
        matching = Q(name__startswith=typed)
    found = list(scope.filter(matching).order_by("code")[:most])
    if len(found) < most and not typed.isascii():
        seen = [area.pk for area in found]
        contained = scope.filter(Q(name__contains=typed) | Q(aliases__contains=[typed])).exclude(pk__in=seen)
        found += contained.order_by("code")[: most - len(found)]
    return found


@dataclasses.dataclass(frozen=True)
class GazetteerRow:
    """One place as the place finder needs it."""

    id: int
    code: str
    kind: str
    name: str
    aliases: tuple[str, ...]
    parent_id: int | None
    district_id: int | None
    street_id: int | None
    community_id: int | None


def gazetteer_rows(*, district_id: int | None = None) -> list[GazetteerRow]:
    """Every place in use, widest first; with `district_id` only those of one district."""
    scope = Area.objects.filter(is_active=True)
    if district_id is not None:
        scope = scope.filter(district_id=district_id)
    columns = ("id", "code", "kind", "name", "aliases", "parent_id", "district_id", "street_id", "community_id")
    rows = scope.order_by("code").values(*columns)
    return [GazetteerRow(**{**row, "aliases": tuple(row["aliases"])}) for row in rows]


def organisations_visible_to(actor: Actor) -> QuerySet[Organisation]:
    """Organisations in the actor's place, and their own. Names of organisations are public: no net under this one."""
    return narrow(Organisation.objects.all(), actor, unit=["id"])


def keys_visible_to(actor: Actor) -> QuerySet[ApiKey]:
    """Keys of the organisations in the actor's place."""
    rows = ApiKey.objects.select_related("organisation", "area").order_by("-pk")
    return rows.filter(organisation__in=organisations_visible_to(actor))


def webhooks_visible_to(actor: Actor) -> QuerySet[Webhook]:
    """Webhooks of the organisations in the actor's place."""
    return Webhook.objects.filter(organisation_id__in=organisations_visible_to(actor).values("pk")).order_by("-pk")


def organisation_names(ids: Iterable[int]) -> dict[int, str]:
    return dict(Organisation.objects.filter(pk__in=set(ids)).values_list("pk", "name"))


def area_by_code(code: str) -> Area | None:
    return Area.objects.filter(code=code, is_active=True).first()


def organisation_by_code(code: str) -> Organisation | None:
    return Organisation.objects.filter(code=code, is_active=True).first()


def organisation_by_id(organisation_id: int) -> Organisation | None:
    return Organisation.objects.filter(pk=organisation_id).first()


def find_organisations(typed: str, *, most: int = 50) -> list[Organisation]:
    """Units in use whose name holds, or whose code begins with, what was typed. Their names are public."""
    typed = typed.strip()
    if not typed:
        return []
    fits = Q(name__contains=typed) | Q(code__startswith=typed)
    return list(Organisation.objects.filter(fits, is_active=True).select_related("place").order_by("code")[:most])


def users_visible_to(actor: Actor) -> QuerySet[User]:
    """Colleagues with a duty in an organisation the actor sees; administrators of everything see all."""
    if actor.level == "all":
        return User.objects.all()
    return User.objects.filter(memberships__organisation__in=organisations_visible_to(actor)).distinct()


def duties_visible_to(actor: Actor) -> QuerySet[Membership]:
    return Membership.objects.filter(organisation__in=organisations_visible_to(actor))


def on_duty(*, area: Area, on: dt.date) -> QuerySet[Membership]:
    """Who holds a duty for exactly this place that day: given for it, or through an organisation that sits there."""
    running = Membership.objects.filter(ended_at=None, starts_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gte=on))
    here = Q(area=area) | Q(area=None, organisation__place=area)
    return running.filter(here).select_related("user", "organisation").order_by("role", "pk")


def first_letters(text: str) -> str:
    """The pinyin first letters of a text: "暖气不热" → "nqbr"."""
    return spelling.spell(text)[1]


def checked_phone(text: str) -> str:
    """A person's telephone number in our one form. Refuses: ValidationError for what no telephone answers to."""
    return numbers.phone(text)


def duties_of(organisation_id: int, *, roles: Collection[str], on: dt.date) -> list[Membership]:
    """The duties of these roles held in an organisation that day by people who are not away, oldest first."""
    held = Membership.objects.filter(organisation_id=organisation_id, ended_at=None, role__in=roles)
    return [
        one
        for one in held.select_related("user").order_by("pk")
        if one.runs_on(on) and not (one.user.away_until and one.user.away_until >= on)
    ]


def chat_of(organisation_id: int) -> str:
    """The address of the group chat in which an organisation hears; "" where there is none."""
    return Organisation.objects.values_list("chat", flat=True).get(pk=organisation_id)


def chat_subject(organisation: Organisation) -> str:
    """What the notices that try a chat address are about."""
    return f"organisation:{organisation.pk}"


def last_chat_try(organisation: Organisation) -> Notice | None:
    """What became of the last notice that tried the chat address of an organisation."""
    return Notice.objects.filter(subject=chat_subject(organisation), channel="chat").order_by("-pk").first()


def person_by_id(person_id: int) -> Person:
    return Person.objects.get(pk=person_id)


def register_person_scope(scope: PersonScope) -> PersonScope:
    """A context that names persons in its matters says here which of them an actor may see."""
    _person_scopes.append(scope)
    return scope


def visible_person(actor: Actor, pk: int) -> Person | None:
    """The person when the actor may know of them: they themselves, or somebody a matter in their scope names."""
    if actor.person_id == pk or any(scope(actor).filter(pk=pk).exists() for scope in _person_scopes):
        return Person.objects.filter(pk=pk).first()
    return None


def readings_of(person_id: int) -> QuerySet[ReadAudit]:
    """Who saw details of this person, newest first."""
    return ReadAudit.objects.filter(person_id=person_id, outcome="seen").order_by("-at", "-pk")


def readings_visible_to(actor: Actor) -> QuerySet[ReadAudit]:
    """Rows of the read audit by members of organisations in the auditor's place; all rows for the installation's."""
    rows = ReadAudit.objects.order_by("-at", "-pk")
    if actor.level == "all":
        return rows
    return rows.filter(organisation_id__in=narrow(Organisation.objects.all(), actor).values("pk"))


def holders_of(roles: Collection[str], *, on: dt.date, most: int = 100) -> list[Membership]:
    """The duties of these roles that run that day in any organisation, by organisation and name."""
    held = Membership.objects.filter(ended_at=None, role__in=roles, user__is_active=True)
    rows = held.select_related("user", "organisation").order_by("organisation__code", "user__name", "pk")[: most * 2]
    return [one for one in rows if one.runs_on(on)][:most]
