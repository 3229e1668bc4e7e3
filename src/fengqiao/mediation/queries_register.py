"""Questions about the register: who keeps what, its dated lines, branded rooms, teams and templates."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Text
from fengqiao.mediation import queries, rules
from fengqiao.mediation.models import Body, Mediation, Mediator
from fengqiao.mediation.models_agreement import Agreement
from fengqiao.mediation.models_register import CaseTeam, TeamMatter, TeamSeat, Template, TemplateVersion
from fengqiao.mediation.rules import BodyKind, Stage
from fengqiao.mediation.rules_register import TeamPart
from fengqiao.people import queries as people
from fengqiao.people.models import Area, Membership
from fengqiao.people.rules import Role

LANGUAGE_NAMES: dict[str, Text] = {
    "zh-hans": _("Mandarin"),
    "hokkien": _("Hokkien"),
    "hakka": _("Hakka"),
    "en": _("English"),
    "sign": _("sign language"),
}
FIELD_LABELS: dict[str, Text] = {
    "kind": _("kind"), "fields": _("fields"), "languages": _("languages"), "places": _("places"),
    "hours_zh": _("opening hours"), "hours_en": _("opening hours"), "fee_policy": _("fee"), "tariff": _("tariff"),
    "licence": _("licence"), "licence_until": _("end of the licence"), "profile_zh": _("description"),
    "profile_en": _("description"), "strengths_zh": _("strengths"), "strengths_en": _("strengths"),
    "room_story": _("story"), "is_published": _("publication"), "capacity": _("capacity"),
    "certificate": _("certificate"), "team": _("team"), "evenings": _("evenings"), "away_until": _("absence"),
    "is_resident": _("resident mediator"), "is_elder": _("resident mediator"),
}  # fmt: skip


def language_names(codes: Iterable[str]) -> list[str]:
    return [str(LANGUAGE_NAMES.get(code, code)) for code in codes]


def field_words(names: Iterable[str]) -> list[str]:
    """The fields of an entry in words, each once."""
    return list(dict.fromkeys(str(FIELD_LABELS.get(name, name)) for name in names))


@dataclasses.dataclass(frozen=True)
class ShownLine:
    at: dt.datetime
    what: str
    who: str
    fields: list[str]


def lines(body: Body, *, most: int = 50) -> list[ShownLine]:
    """The dated lines of an entry, newest first; of an unpublished mediator the name stays out."""
    rows = body.lines.select_related("mediator__user")[:most]
    return [
        ShownLine(
            at=row.at,
            what=str(row.get_change_display()),
            who=row.mediator.user.name if row.mediator is not None and row.mediator.is_published else "",
            fields=field_words(row.fields),
        )
        for row in rows
    ]


@dataclasses.dataclass(frozen=True)
class KeptEntry:
    body: Body
    mediators: int
    is_lapsed: bool


def entries_of(actor: Actor, *, on: dt.date) -> list[KeptEntry]:
    """The entries an actor keeps: a manager's own, or those of the place of whoever keeps the register."""
    rows = Body.objects.select_related("organisation").annotate(n=Count("mediators")).order_by("organisation__code")
    if actor.may(rules.MANAGE):
        rows = rows.filter(organisation_id=actor.organisation_id or 0)
    else:
        rows = rows.filter(organisation__in=people.organisations_visible_to(actor))
    return [KeptEntry(one, one.n, queries.licence_lapsed(one, on=on)) for one in rows]


def places_for(body: Body) -> list[tuple[int, str]]:
    """The places an entry may name: streets and communities of its district."""
    district = body.organisation.district_id
    found = Area.objects.filter(district_id=district, kind__in=["street", "community"], is_active=True)
    return [(one.pk, one.name) for one in found.order_by("code")] if district is not None else []


@dataclasses.dataclass(frozen=True)
class KeptMediator:
    one: Mediator
    load: int
    is_away: bool
    has_left: bool


def mediators_of(body: Body, *, on: dt.date) -> list[KeptMediator]:
    """Everybody of an organisation with what they carry now, by name. The manager alone reads loads."""
    rows = list(body.mediators.select_related("user").order_by("user__name", "pk"))
    loads = queries.loads([one.pk for one in rows])
    return [
        KeptMediator(
            one, loads.get(one.pk, 0), bool(one.user.away_until and one.user.away_until >= on),
            bool(one.until and one.until < on),
        )
        for one in rows
    ]  # fmt: skip


def free_mediators(body: Body, *, on: dt.date) -> list[tuple[int, str]]:
    """Who holds the duty of a mediator in the organisation and does not stand in the register yet."""
    live = Mediator.objects.filter(Q(until__isnull=True) | Q(until__gte=on)).values("user_id")
    held = Membership.objects.filter(organisation_id=body.organisation_id, role=Role.MEDIATOR, user__is_active=True)
    rows = held.exclude(user_id__in=live).select_related("user").order_by("user__name", "pk")
    return list(dict.fromkeys((one.user_id, one.user.name) for one in rows if one.runs_on(on)))


# -- branded rooms ----------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class RoomFigures:
    """Of how many matters a room took, how many ended in an agreement every party signed, and how many of those were
    performed as the other side accepted. Counts, never rates of a person; None for a count below the smallest cell."""

    taken: int | None = None
    agreed: int | None = None
    performed: int | None = None


def figures_of(bodies: Iterable[Body]) -> dict[int, RoomFigures]:
    """The figures of each room, by its key; two queries for all of them."""
    units = {one.organisation_id: one.pk for one in bodies}
    with scoping.unscoped("mediation.room_figures"):
        taken = Mediation.objects.filter(unit_id__in=units, accepted_at__isnull=False)
        counts = dict(taken.values_list("unit_id").annotate(n=Count("pk")))
        done = Agreement.objects.filter(unit_id__in=units, effective_at__isnull=False).values_list("unit_id")
        ended = {
            unit: (agreed, performed)
            for unit, agreed, performed in done.annotate(
                agreed=Count("dispute_id", distinct=True),
                performed=Count("dispute_id", distinct=True, filter=Q(performed_at__isnull=False)),
            )
        }
    return {
        key: RoomFigures(*(_cell(n) for n in (counts.get(unit, 0), *ended.get(unit, (0, 0)))))
        for unit, key in units.items()
    }


def _cell(n: int) -> int | None:
    return n if n >= queries.SMALLEST_CELL else None


def rooms() -> list[dict[str, Any]]:
    """Every published room with a name of its own, and who sits there."""
    rows = list(queries.published_bodies().filter(kind=BodyKind.ROOM))
    figures = figures_of(rows)
    return [{"body": one, "figures": figures[one.pk]} for one in rows]


@dataclasses.dataclass(frozen=True)
class RoomMatter:
    """One matter of a room. `mediation` is there for whoever may open it; a colleague's shows field and stage alone."""

    field: str
    stage: str
    mediator: str
    sent_at: dt.datetime | None
    mediation: Mediation | None


def matters_of(body: Body, actor: Actor, *, most: int = 100) -> list[RoomMatter]:
    """What lies with a room, what is open first. The caller has checked that the actor works there."""
    with scoping.unscoped("mediation.room_matters"):
        rows = Mediation.objects.filter(unit_id=body.organisation_id).select_related("mediator__user")
        rows = rows.annotate(is_over=ExpressionWrapper(Q(stage=Stage.ENDED), BooleanField()))
        found = list(rows.order_by("is_over", "-sent_at", "-pk")[:most])
    shown = queries.visible_to(actor).filter(pk__in=[one.pk for one in found])
    own = {one.pk: one for one in queries.with_names(shown)}
    return [
        RoomMatter(
            field=str(rules.Field(one.field).label) if one.field else "",
            stage=str(one.get_stage_display()),
            mediator=one.mediator.user.name if one.mediator is not None else "",
            sent_at=one.sent_at,
            mediation=own.get(one.pk),
        )
        for one in found
    ]


# -- teams ------------------------------------------------------------------------------------------------------------


def teams_of(actor: Actor) -> QuerySet[CaseTeam]:
    """The teams of an actor's court, and those they sit in."""
    own = Q(court_id=actor.organisation_id or 0) | Q(seats__user_id=actor.user_id or 0, seats__ends_on=None)
    return CaseTeam.objects.filter(own).select_related("court").distinct().order_by("team", "starts_on", "pk")


def live_seats(team: CaseTeam, *, on: dt.date) -> list[TeamSeat]:
    """Who sits in a team that day, mediators first."""
    order = list(TeamPart)
    rows = team.seats.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on).select_related("user")
    return sorted(rows, key=lambda one: (order.index(TeamPart(one.part)), one.user.name))


def missing_parts(seats: Iterable[TeamSeat]) -> list[str]:
    """Parts nobody sits in: shown, never hidden."""
    held = {one.part for one in seats}
    return [str(part.label) for part in TeamPart if part not in held]


def team_of(dispute: Any) -> TeamMatter | None:
    """The team a matter was given to, with everything in the caller's scope."""
    found: TeamMatter | None = TeamMatter.objects.select_related("team").filter(dispute=dispute, ended_at=None).first()
    return found


def team_users(dispute: Any, part: TeamPart) -> set[int]:
    """Accounts that sit in this part of the matter's team."""
    given = team_of(dispute)
    if given is None:
        return set()
    return set(given.team.seats.filter(part=part, ends_on=None).values_list("user_id", flat=True))


# -- templates --------------------------------------------------------------------------------------------------------


def templates_of(actor: Actor) -> QuerySet[Template]:
    """The live templates of the actor's own organisation."""
    rows = Template.objects.filter(organisation_id=actor.organisation_id or 0, ended_at=None)
    return rows.order_by("kind", "field", "title", "pk")


def templates_for(actor: Actor, *, field: str, cause: str) -> QuerySet[Template]:
    """What fits a matter: of its cause, of its field, or for every field."""
    fits = Q(cause="", field="") | Q(cause="", field=field) | (Q(cause=cause) & ~Q(cause=""))
    return templates_of(actor).filter(fits)


def words_of(template: Template) -> TemplateVersion:
    """The live version."""
    return template.versions.get(version=template.version)
