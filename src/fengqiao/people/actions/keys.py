"""Connected systems: keys for stated verbs until a day, revoked at once; webhooks that tell them of events."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel import events, webhooks
from fengqiao.kernel.actor import Actor, permit, verbs
from fengqiao.kernel.crypto import keyed_index
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import Webhook, WebhookDelivery
from fengqiao.people import access, queries
from fengqiao.people.events import KeyIssued, KeyRevoked, WebhookAdded, WebhookEnded
from fengqiao.people.models import ApiKey, Area, Organisation
from fengqiao.people.rules import KEY_ROLES, Role

CONNECT = permit("people.connect", {Role.ADMINISTRATOR})
LONGEST_DAYS = 731
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def secret_index(secret: str) -> str:
    return keyed_index(secret, purpose="api.key")


@transaction.atomic
def issue_key(
    *,
    organisation: Organisation,
    name: str,
    role: Role,
    scopes: Iterable[str],
    expires_on: dt.date,
    actor: Actor,
    at: dt.datetime,
    area: Area | None = None,
) -> tuple[ApiKey, str]:
    """Give a system of an organisation its key. Result: the row and the key itself, shown this once.

    Refuses: a duty systems do not hold; verbs that duty does not know; longer than two years; a place outside the
    organisation's own.
    """
    actor.require(CONNECT, area=organisation)
    wanted = sorted(set(scopes))
    _check(organisation, role, wanted, expires_on, area, on=at.date())
    prefix = "".join(secrets.choice(_LETTERS) for _position in range(8))
    secret = secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        organisation=organisation,
        name=name.strip()[:60],
        prefix=prefix,
        secret_index=secret_index(secret),
        role=role,
        scopes=wanted,
        area=area,
        made_at=at,
        made_by=actor.id,
        expires_on=expires_on,
    )
    fact = KeyIssued(key_id=key.pk, organisation_id=organisation.pk, role=role, scopes=wanted)
    events.record(fact, actor=actor.id, at=at, place_id=organisation.place_id)
    return key, f"fq_{prefix}_{secret}"


def _check(
    organisation: Organisation, role: Role, scopes: list[str], expires_on: dt.date, area: Area | None, *, on: dt.date
) -> None:
    if role not in KEY_ROLES:
        raise Refused("key.role", _("Connected systems do not act in this duty."))
    grants, offered = verbs(), access.offered_scopes()
    if not scopes or any(verb not in offered or role not in grants[verb] for verb in scopes):
        raise Refused("key.scopes", _("This duty does not do all that was chosen."))
    if not on < expires_on <= on + dt.timedelta(days=LONGEST_DAYS):
        raise Refused("key.expires", _("A key works until a day within the next two years."))
    if area is not None and organisation.place is not None and not queries.lies_in(area, organisation.place):
        raise Refused("key.outside", _("This place does not lie in the area of the organisation."))


@transaction.atomic
def revoke_key(*, key: ApiKey, actor: Actor, at: dt.datetime) -> ApiKey:
    """End a key at once. Refuses: one that has been revoked before."""
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=key.pk)
    actor.require(CONNECT, area=key.organisation)
    if key.revoked_at is not None:
        raise Refused("key.revoked", _("This key has been revoked already."))
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])
    fact = KeyRevoked(key_id=key.pk, organisation_id=key.organisation_id)
    events.record(fact, actor=actor.id, at=at, place_id=key.organisation.place_id)
    return key


@transaction.atomic
def add_webhook(
    *, organisation: Organisation, url: str, kinds: Iterable[str], actor: Actor, at: dt.datetime
) -> tuple[Webhook, str]:
    """Tell a system of an organisation of events. Result: the row and the secret, shown this once.

    Refuses: webhook.address; kinds nobody offers.
    """
    actor.require(CONNECT, area=organisation)
    wanted = sorted(set(kinds))
    if not wanted or set(wanted) - access.offered_events().keys():
        raise Refused("webhook.kinds", _("Please choose what it shall hear of."))
    hook, secret = webhooks.subscribe(organisation_id=organisation.pk, url=url, kinds=wanted, at=at)
    fact = WebhookAdded(webhook_id=hook.pk, organisation_id=organisation.pk)
    events.record(fact, actor=actor.id, at=at, place_id=organisation.place_id)
    return hook, secret


@transaction.atomic
def end_webhook(*, hook: Webhook, actor: Actor, at: dt.datetime) -> Webhook:
    """Stop telling it. Refuses: one that has ended."""
    hook = Webhook.objects.select_for_update().get(pk=hook.pk)
    _require_own(hook, actor)
    hook.is_active = False
    hook.save(update_fields=["is_active"])
    fact = WebhookEnded(webhook_id=hook.pk, organisation_id=hook.organisation_id)
    events.record(fact, actor=actor.id, at=at)
    return hook


@transaction.atomic
def test_webhook(*, hook: Webhook, actor: Actor, at: dt.datetime) -> WebhookDelivery:
    """Send an event that means nothing. Refuses: a webhook that has ended."""
    _require_own(hook, actor)
    return webhooks.try_out(hook, actor=actor.id, at=at)


def _require_own(hook: Webhook, actor: Actor) -> None:
    actor.require(CONNECT, area=Organisation.objects.get(pk=hook.organisation_id))
    if not hook.is_active:
        raise Refused("webhook.ended", _("This address is not told of anything any more."))
