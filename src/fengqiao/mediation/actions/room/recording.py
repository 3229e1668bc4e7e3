"""The record of proceedings, confirmed by each; and the check that what is to be signed was understood."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import queries as disputes
from fengqiao.disputes.actions import ConsentBy
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import room_queries, room_rules
from fengqiao.mediation.actions.room.common import inside, keep_event, speaker, tell_state
from fengqiao.mediation.room_models import RecordConfirmation, RoomRecord, Understanding
from fengqiao.mediation.room_queries import Guest
from fengqiao.mediation.room_rules import QUESTIONS, Hand


def _of_last_sitting(number: str, actor: Actor) -> Guest:
    """The record is also written and confirmed after the sitting has ended."""
    found = room_queries.newest(number, actor)
    if found is None:
        raise Http404
    return found


@transaction.atomic
def write_record(*, number: str, text: str, actor: Actor, at: dt.datetime) -> RoomRecord:
    """The mediator writes the record; a new text is put to everybody anew. Basis: 在线调解规则 22; 人民调解法 27."""
    found = _of_last_sitting(number, actor)
    if not found.is_lead:
        raise Forbidden(room_rules.LEAD, code="room.mediator_only")
    if not text.strip():
        raise Refused("record.empty", _("Please write a sentence first."))
    RoomRecord.objects.filter(room=found.room, replaced_at__isnull=True).update(replaced_at=at)
    made = RoomRecord.objects.create(
        room=found.room, dispute_id=found.room.dispute_id, text=text.strip(), written_at=at, actor=actor.id
    )
    tell_state(found.room)
    return made


@transaction.atomic
def confirm_record(
    *,
    number: str,
    record_id: int,
    by: ConsentBy,
    actor: Actor,
    at: dt.datetime,
    remark: str = "",
    party_id: int | None = None,
) -> RoomRecord:
    """A party confirms the record as it stands; a remark goes along unchanged. `party_id`: told to the mediator.

    Refuses: a text that was replaced meanwhile.
    """
    found = _of_last_sitting(number, actor)
    hand = Hand.SELF if party_id is None or party_id == found.party_id else Hand.COUNTER
    party = speaker(found, party_id, hand)
    if party is None:
        raise Forbidden(room_rules.SIT, code="room.parties_only")
    record = RoomRecord.objects.select_for_update().filter(room=found.room, pk=record_id).first()
    if record is None:
        raise Http404
    if record.replaced_at is not None:
        raise Refused(
            "record.replaced", _("This text was replaced meanwhile."), next_step=_("Please read the new one.")
        )
    RecordConfirmation.objects.get_or_create(
        record=record,
        party=party,
        defaults={
            "dispute_id": record.dispute_id, "by": by, "remark": remark.strip()[:1000], "at": at, "actor": actor.id,
        },
    )  # fmt: skip
    wanted = set(disputes.parties(found.room.mediation.dispute).values_list("pk", flat=True))
    if record.confirmed_at is None and wanted <= set(record.confirmations.values_list("party", flat=True)):
        record.confirmed_at = at
        record.save(update_fields=["confirmed_at"])
        keep_event(found, "record_confirmed", at=at)
    tell_state(found.room)
    return record


@transaction.atomic
def say_in_own_words(
    *,
    number: str,
    about: str,
    words: Mapping[str, str],
    is_free: bool,
    actor: Actor,
    at: dt.datetime,
    party_id: int | None = None,
    hand: Hand = Hand.SELF,
) -> Understanding:
    """Before signing, a party says in its own words what it means. Read by this side and the mediator alone.

    Whoever says that somebody pressed them, or leaves a question open, is not asked to sign; the mediator is called.
    """
    found = _of_last_sitting(number, actor)
    party = speaker(found, party_id, hand)
    if party is None:
        raise Forbidden(room_rules.SIT, code="room.parties_only")
    answers = {key: words.get(key, "").strip()[:1000] for key, _question in QUESTIONS}
    return Understanding.objects.create(
        mediation_id=found.room.mediation_id,
        dispute_id=found.room.dispute_id,
        party=party,
        side=party.side,
        about=about[:40],
        words=json.dumps(answers, ensure_ascii=False),
        is_free=is_free,
        is_enough=room_rules.understood(list(answers.values()), is_free=is_free),
        hand=hand,
        at=at,
        actor=actor.id,
    )


@transaction.atomic
def require_understood(*, number: str, actor: Actor, about: str) -> None:
    """For whoever signs. Refuses: `agreement.not_understood`."""
    found = inside(number, actor)
    if not room_queries.all_understood(found.room.mediation, about):
        raise Refused(
            "agreement.not_understood",
            _("Before anybody signs, every party says in its own words what it means."),
            next_step=_("Answer the three questions."),
        )
