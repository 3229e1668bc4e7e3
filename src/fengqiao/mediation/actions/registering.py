"""The register of organisations and mediators: who keeps it, and the dated line each change leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import events, rules, rules_register
from fengqiao.mediation.models import Body, Interest, Mediation, Mediator
from fengqiao.mediation.models_register import RegisterLine
from fengqiao.mediation.rules import InterestKind, Stage
from fengqiao.mediation.rules_register import Change
from fengqiao.people import actions as people
from fengqiao.people.models import Membership
from fengqiao.people.rules import Role

ENTRY_FIELDS = (
    "kind", "fields", "languages", "places", "hours_zh", "hours_en", "fee_policy", "tariff", "licence",
    "licence_until", "profile_zh", "profile_en", "strengths_zh", "strengths_en", "room_story", "is_published",
    "is_open",
)  # fmt: skip
OWN_FIELDS = ("languages", "evenings", "hours_zh", "hours_en", "profile_zh", "profile_en", "is_published")
"""What a mediator keeps on their own page; the rest is kept by the organisation."""
MANAGED_FIELDS = (*OWN_FIELDS, "fields", "places", "capacity", "certificate", "is_elder", "is_resident", "team")


def keeps(body: Body, actor: Actor) -> bool:
    """Whether this actor keeps the entry: a manager of the very organisation, or whoever keeps the register there."""
    own = actor.may(rules.MANAGE) and actor.organisation_id == body.organisation_id
    return own or (actor.may(rules.REGISTRY) and actor.covers(body.organisation))


def _line(
    body: Body, change: Change, *, actor: Actor, at: dt.datetime, fields: list[str] | None = None,
    mediator: Mediator | None = None,
) -> None:  # fmt: skip
    RegisterLine.objects.create(body=body, mediator=mediator, at=at, change=change, fields=fields or [], actor=actor.id)
    log.record(events.RegistryChanged(organisation_id=body.organisation_id, deed=str(change)), actor=actor.id, at=at)


def _locked(body_id: int, actor: Actor) -> Body:
    found = Body.objects.select_for_update(of=("self",)).select_related("organisation").filter(pk=body_id).first()
    if found is None:
        raise Http404
    if not keeps(found, actor):
        raise Forbidden(rules.MANAGE)
    return found


def _locked_mediator(mediator_id: int) -> Mediator:
    rows = Mediator.objects.select_for_update(of=("self",)).select_related("user", "body__organisation")
    found = rows.filter(pk=mediator_id).first()
    if found is None:
        raise Http404
    return found


def _put(row: Any, new: Mapping[str, Any], known: tuple[str, ...]) -> list[str]:
    """Write what differs. Result: the names of the fields that changed, in their order."""
    changed = [name for name in known if name in new and getattr(row, name) != new[name]]
    for name in changed:
        setattr(row, name, new[name])
    row.save(update_fields=changed)
    return changed


@transaction.atomic
def keep_entry(*, body_id: int, new: Mapping[str, Any], actor: Actor, at: dt.datetime) -> Body:
    """A manager keeps what is published of the organisation; each change is public with its day.

    Refuses: what the law does not allow of this kind; a licence that has ended already.
    Basis: 在线调解规则 5; 人民调解法 4; 商事调解条例 2, 16.
    """
    body = _locked(body_id, actor)
    whole = {name: new.get(name, getattr(body, name)) for name in ("kind", "fee_policy", "tariff", "licence", "fields")}
    for problem in rules_register.entry_problems(**whole):
        raise Refused(problem.code, problem.message, law=problem.law)
    was_open = body.is_open
    changed = _put(body, new, ENTRY_FIELDS)
    if "is_open" in changed:
        _line(body, Change.CLOSED if was_open else Change.OPENED, actor=actor, at=at)
    if rest := [name for name in changed if name != "is_open"]:
        _line(body, Change.ENTRY, fields=rest, actor=actor, at=at)
    return body


@transaction.atomic
def join(
    *, body_id: int, user_id: int, certificate: str, actor: Actor, at: dt.datetime, capacity: int = 12
) -> Mediator:  # fmt: skip
    """A mediator joins the organisation; whoever was there before comes back with their old entry.

    Refuses: somebody without the duty of a mediator there; somebody who mediates elsewhere.
    """
    body = _locked(body_id, actor)
    duty = Membership.objects.select_related("user").filter(
        user_id=user_id, organisation_id=body.organisation_id, role=Role.MEDIATOR
    )
    if not any(one.runs_on(at.date()) for one in duty):
        raise Refused("mediator.duty", _("This person does not hold the duty of a mediator in your organisation."))
    found = Mediator.objects.select_for_update().filter(user_id=user_id).first()
    if found is not None and (found.until is None or found.until >= at.date()):
        raise Refused("mediator.elsewhere", _("This person stands in the register already."))
    if found is None:
        found = Mediator(user_id=user_id)
        found.fields, found.languages = list(body.fields), list(body.languages)
    found.body, found.since, found.until = body, at.date(), None
    found.certificate, found.capacity = certificate.strip(), capacity
    found.save()
    _line(body, Change.JOINED, mediator=found, actor=actor, at=at)
    return found


@transaction.atomic
def let_go(*, mediator_id: int, on: dt.date, actor: Actor, at: dt.datetime) -> Mediator:
    """A mediator leaves on a day. Refuses: while they carry matters; those go to a colleague first."""
    found = _locked_mediator(mediator_id)
    body = _locked(found.body_id, actor)
    carried = Mediation.objects.filter(mediator=found).exclude(stage=Stage.ENDED).count()
    if carried:
        raise Refused(
            "mediator.carries",
            _("%(n)s matters are still in this mediator's hands.") % {"n": carried},
            next_step=_("Give them to a colleague first; until then pause new ones."),
        )
    if on < found.since:
        raise Refused("mediator.day", _("This day lies before the one on which they joined."))
    found.until = on
    found.save(update_fields=["until"])
    _line(body, Change.LEFT, mediator=found, actor=actor, at=at)
    return found


@transaction.atomic
def keep_page(*, mediator_id: int, new: Mapping[str, Any], actor: Actor, at: dt.datetime) -> Mediator:
    """A mediator keeps their own page, a manager also fields, capacity and certificate of their people.

    `new` may hold `away_until`, which is kept with the account. Refuses: anybody else.
    """
    found = _locked_mediator(mediator_id)
    managed = keeps(found.body, actor)
    if not managed and (found.user_id != actor.user_id or not actor.may(rules.HOLD)):
        raise Forbidden(rules.MANAGE)
    changed = _put(found, new, MANAGED_FIELDS if managed else OWN_FIELDS)
    if "away_until" in new and new["away_until"] != found.user.away_until:
        people.set_absence(user=found.user, until=new["away_until"], actor=actor, at=at)
        changed.append("away_until")
    if changed:
        _line(found.body, Change.PAGE, mediator=found, fields=changed, actor=actor, at=at)
    return found


def _own(actor: Actor) -> Mediator:
    found = Mediator.objects.select_related("body").filter(user_id=actor.user_id or 0).first()
    if found is None or not actor.may(rules.HOLD):
        raise Forbidden(rules.HOLD)
    return found


@transaction.atomic
def declare_tie(*, kind: InterestKind, name: str, actor: Actor, at: dt.datetime, credit_code: str = "") -> Interest:
    """A mediator declares a tie, once for all matters. Read by matching and by nobody else.

    Basis: 在线调解规则 13; 特邀调解规定 15.
    """
    found = _own(actor)
    if not name.strip():
        raise Refused("interest.name", _("Please name the person or firm."))
    made = Interest.objects.create(
        mediator=found, kind=kind, name=name.strip(), credit_code=credit_code.strip(), declared_at=at
    )
    log.record(events.RegistryChanged(organisation_id=found.body.organisation_id, deed="tie"), actor=actor.id, at=at)
    return made


@transaction.atomic
def end_tie(*, interest_id: int, actor: Actor, at: dt.datetime) -> Interest:
    """A tie of one's own is over. The row stays: it tells what held when."""
    found = Interest.objects.select_for_update().filter(pk=interest_id, mediator=_own(actor), ended_at=None).first()
    if found is None:
        raise Http404
    found.ended_at = at
    found.save(update_fields=["ended_at"])
    log.record(
        events.RegistryChanged(organisation_id=found.mediator.body.organisation_id, deed="tie_ended"),
        actor=actor.id,
        at=at,
    )
    return found
