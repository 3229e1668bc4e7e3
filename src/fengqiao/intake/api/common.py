"""What every operation of intake needs: the actor, codes turned into rows, files named by id, raw text kept."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.errors import ValidationError

from fengqiao.intake import actions
from fengqiao.intake.actions.common import Files
from fengqiao.intake.models import Category, Contact
from fengqiao.intake.rules import Channel
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden
from fengqiao.kernel.models import StoredFile
from fengqiao.people import queries as people


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def now(request: HttpRequest) -> dt.datetime:
    return request.now  # type: ignore[attr-defined, no-any-return]


def edge(request: HttpRequest) -> dict[str, Any]:
    """Actor and instant, as every verb takes them."""
    return {"actor": actor_of(request), "at": now(request)}


def unknown(field: str, code: str = "unknown") -> ValidationError:
    """A code or id that names nothing: the field is told, as for any other malformed value."""
    return ValidationError([{"loc": ("body", "", field), "type": code, "msg": "names nothing here"}])


def category_id(code: str, field: str = "category") -> int | None:
    if not code:
        return None
    found = Category.objects.filter(code=code, is_active=True).first()
    if found is None:
        raise unknown(field)
    return found.pk


def place_id(code: str, field: str = "place") -> int | None:
    if not code:
        return None
    found = people.area_by_code(code)
    if found is None:
        raise unknown(field)
    return found.pk


def unit_id(code: str, field: str = "unit") -> int:
    found = people.organisation_by_code(code)
    if found is None:
        raise unknown(field)
    return found.pk


def files(ids: Iterable[int], actor: Actor) -> Files:
    """Files the caller itself has sent before. Anybody else's id names nothing."""
    wanted = list(dict.fromkeys(ids))
    mine = StoredFile.objects.filter(pk__in=wanted, stored_by=actor.id).in_bulk(wanted) if wanted else {}
    if len(mine) != len(wanted):
        raise unknown("files")
    return tuple((mine[pk], mine[pk].name[:120]) for pk in wanted)


def keep_raw(request: HttpRequest, actor: Actor) -> None:
    """Commit what arrived before anything looks at it: what cannot be read now can be read by somebody later."""
    is_form = (request.content_type or "").startswith(("multipart/", "application/x-www-form-urlencoded"))
    sent: Any = dict(request.POST.lists()) if is_form else request.body.decode("utf-8", "replace")
    channel = Channel.OPEN311 if request.path.startswith("/open311/") else Channel.API
    body = {"path": request.path, "sent": sent}
    request.raw = actions.keep_raw(channel=channel, body=body, actor=actor, at=now(request))  # type: ignore[attr-defined]


def only_the_person(actor: Actor) -> Forbidden:
    """Nobody accepts, objects or rates for the person: not the office, not a system that sent the matter in."""
    return Forbidden(
        "intake.own",
        _("Only the person concerned can say whether it is done. It stays open until they do."),
        code="contact.needs_acceptance",
    )


# ---------------------------------------------------------------- pages by key


def cursor_of(moment: dt.datetime, pk: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([moment.isoformat(), pk]).encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[dt.datetime, int] | None:
    """The place where the last page ended; raises the 422 of a cursor that is not one of ours."""
    if not text:
        return None
    try:
        moment, pk = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        found = dt.datetime.fromisoformat(moment)
        if found.tzinfo is None or type(pk) is not int or not 0 < pk < 2**63:
            raise ValueError
    except (binascii.Error, ValueError, TypeError, OverflowError) as error:
        wrong = {"loc": ("query", "cursor"), "type": "cursor", "msg": "not a cursor of ours"}
        raise ValidationError([wrong]) from error
    return found, pk


def page_of(rows: Sequence[Contact], limit: int, moment: str) -> tuple[list[Contact], str | None]:
    """The rows of this page and the cursor of the next; `rows` holds one more when there is one."""
    kept = list(rows[:limit])
    return kept, cursor_of(getattr(kept[-1], moment), kept[-1].pk) if len(rows) > limit else None
