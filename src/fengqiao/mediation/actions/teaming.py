"""Teams for disputes of one kind, the matters given to them, and the templates an organisation keeps."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import queries as disputes
from fengqiao.kernel import events as log
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import events, rules_register
from fengqiao.mediation.models_register import CaseTeam, TeamMatter, TeamSeat, Template, TemplateVersion
from fengqiao.mediation.rules import NAMES_SOMEBODY, Team
from fengqiao.mediation.rules_register import ROLE_OF_PART, TeamPart, TemplateKind
from fengqiao.people import queries as people


def _told(team_id: int, deed: str, *, actor: Actor, at: dt.datetime, number: str = "") -> None:
    log.record(events.TeamChanged(team_id=team_id, deed=deed, number=number), actor=actor.id, at=at)


def _team(team_id: int, actor: Actor) -> CaseTeam:
    """A team of the actor's own court, locked."""
    if not actor.may(rules_register.TEAMS):
        raise Forbidden(rules_register.TEAMS)
    rows = CaseTeam.objects.select_for_update().filter(court_id=actor.organisation_id or 0)
    found = rows.filter(pk=team_id).first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def make_team(*, name: str, team: Team, starts_on: dt.date, actor: Actor, at: dt.datetime) -> CaseTeam:
    """A court makes a team for disputes of one kind. Refuses: without a name."""
    if not actor.may(rules_register.TEAMS) or actor.organisation_id is None:
        raise Forbidden(rules_register.TEAMS)
    if not name.strip():
        raise Refused("team.name", _("Please give the team a name."))
    made = CaseTeam.objects.create(
        name=name.strip(), team=team, court_id=actor.organisation_id, starts_on=starts_on
    )  # fmt: skip
    _told(made.pk, "made", actor=actor, at=at)
    return made


@transaction.atomic
def seat_in_team(
    *, team_id: int, user_id: int, part: TeamPart, starts_on: dt.date, actor: Actor, at: dt.datetime
) -> TeamSeat:  # fmt: skip
    """Somebody takes a part in a team. Refuses: somebody without that duty on the day; a seat held already."""
    team = _team(team_id, actor)
    held = people.holders_of((ROLE_OF_PART[part],), on=starts_on, most=1000)
    if not any(one.user_id == user_id for one in held):
        raise Refused("team.duty", _("This person does not hold that duty on the day."))
    if team.seats.filter(user_id=user_id, ends_on=None).exists():
        raise Refused("team.held", _("This person sits in the team already."))
    made = TeamSeat.objects.create(team=team, user_id=user_id, part=part, starts_on=starts_on)
    _told(team.pk, "seated", actor=actor, at=at)
    return made


@transaction.atomic
def leave_team(*, team_id: int, seat_id: int, on: dt.date, actor: Actor, at: dt.datetime) -> TeamSeat:
    """Somebody leaves a team with a last day. The row stays: it tells who sat when."""
    team = _team(team_id, actor)
    found = team.seats.filter(pk=seat_id, ends_on=None).first()
    if found is None:
        raise Http404
    found.ends_on = max(on, found.starts_on)
    found.save(update_fields=["ends_on"])
    _told(team.pk, "left", actor=actor, at=at)
    return found


@transaction.atomic
def give_to_team(*, number: str, team_id: int, actor: Actor, at: dt.datetime) -> TeamMatter:
    """A matter goes to a team: its people are named first when it is handed on.

    Refuses: a matter the actor does not see; a team in which no judge is left who may decide this very matter.
    Basis: 审理与指导分离 (policy).
    """
    team = _team(team_id, actor)
    dispute = disputes.by_number(number.strip(), actor)
    if dispute is None:
        raise Refused("team.matter", _("No matter of yours has this number."))
    judges = set(team.seats.filter(part=TeamPart.JUDGE, ends_on=None).values_list("user_id", flat=True))
    with scoping.unscoped("mediation.give_to_team"):
        if judges and not judges - disputes.users_barred_from_deciding(number):
            raise Refused(
                "team.judges_barred",
                _("Every judge of this team had a part in the matter and may not decide it."),
                next_step=_("Choose another team, or name another judge first."),
            )
        TeamMatter.objects.filter(dispute=dispute, ended_at=None).update(ended_at=at)
        made = TeamMatter.objects.create(team=team, dispute=dispute, given_at=at, actor=actor.id)
    _told(team.pk, "given", actor=actor, at=at, number=dispute.number)
    return made


# -- templates --------------------------------------------------------------------------------------------------------


def _checked(text: str) -> str:
    if len(text.strip()) < 5:
        raise Refused("template.short", _("Please write a sentence first."))
    if NAMES_SOMEBODY.search(text):
        raise Refused(
            "template.personal",
            _("There is a telephone or identity number in it. A template holds nobody's data."),
            next_step=_("Write ○○ where a name or number goes."),
        )
    return text.strip()


def _version(template: Template, text: str, why: str, *, actor: Actor, at: dt.datetime) -> None:
    TemplateVersion.objects.create(
        template=template, version=template.version, text=text, why=why.strip(), at=at, actor=actor.id,
        actor_name=actor.name,
    )  # fmt: skip


def _template_changed(template: Template, deed: str, *, actor: Actor, at: dt.datetime) -> None:
    log.record(
        events.TemplateChanged(template_id=template.pk, version=template.version, deed=deed), actor=actor.id, at=at
    )


@transaction.atomic
def write_template(
    *, kind: TemplateKind, title: str, text: str, actor: Actor, at: dt.datetime, field: str = "", cause: str = ""
) -> Template:  # fmt: skip
    """An organisation keeps words to use again. Refuses: a title in use; what names somebody."""
    if not actor.may(rules_register.TEMPLATES) or actor.organisation_id is None:
        raise Forbidden(rules_register.TEMPLATES)
    words = _checked(text)
    live = Template.objects.filter(organisation_id=actor.organisation_id, kind=kind, ended_at=None)
    if live.filter(title=title.strip()).exists():
        raise Refused("template.title", _("A template of this kind has this title already."))
    made = Template.objects.create(
        organisation_id=actor.organisation_id, kind=kind, field=field, cause=cause.strip(), title=title.strip()
    )
    _version(made, words, "", actor=actor, at=at)
    _template_changed(made, "written", actor=actor, at=at)
    return made


def _own_template(template_id: int, actor: Actor) -> Template:
    if not actor.may(rules_register.TEMPLATES):
        raise Forbidden(rules_register.TEMPLATES)
    rows = Template.objects.select_for_update().filter(organisation_id=actor.organisation_id or 0, ended_at=None)
    found = rows.filter(pk=template_id).first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def change_template(*, template_id: int, text: str, why: str, actor: Actor, at: dt.datetime) -> Template:
    """A new version; the ones before stay readable with who wrote them. Refuses: no change; what names somebody."""
    found = _own_template(template_id, actor)
    words = _checked(text)
    if found.versions.get(version=found.version).text == words:
        raise Refused("template.same", _("Nothing is different from the version before."))
    found.version += 1
    found.save(update_fields=["version"])
    _version(found, words, why, actor=actor, at=at)
    _template_changed(found, "changed", actor=actor, at=at)
    return found


@transaction.atomic
def end_template(*, template_id: int, actor: Actor, at: dt.datetime) -> Template:
    """A template is used no more. Its versions stay."""
    found = _own_template(template_id, actor)
    found.ended_at = at
    found.save(update_fields=["ended_at"])
    _template_changed(found, "ended", actor=actor, at=at)
    return found
