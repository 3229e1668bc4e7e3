"""Deeds of the room: name, form, verb, and when each is offered. The room's pages offer these and nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes.actions import ConsentBy, ConsentTo, InterruptKind, Side
from fengqiao.kernel.errors import Text
from fengqiao.mediation import room_forms as forms
from fengqiao.mediation import room_queries
from fengqiao.mediation.actions import room
from fengqiao.mediation.room_queries import Guest
from fengqiao.mediation.room_rules import Answer, CardKind, CardState, Channel, CheckedBy, Hand


@dataclasses.dataclass(frozen=True)
class Deed:
    """`on`: the row, by key or uid, the deed is about. `said` is said afterwards, `lead` before."""

    key: str
    deed: Text
    said: Text
    icon: str
    form: type[forms.RoomForm]
    do: Callable[..., Any]
    when: Callable[[Guest], bool]
    lead: Text = ""


def number_of(guest: Guest) -> str:
    return str(guest.room.mediation.dispute.number)


def _by(guest: Guest) -> ConsentBy:
    return ConsentBy.SIGN_IN if guest.actor.person_id is not None else ConsentBy.CODE


def _key(on: str) -> int:
    if not on.isdigit() or len(on) > 18:
        raise Http404
    return int(on)


def _uid(on: str) -> uuid.UUID:
    try:
        return uuid.UUID(on)
    except ValueError as error:
        raise Http404 from error


def _hand(data: dict[str, Any]) -> dict[str, Any]:
    """Whose words, where the mediator writes them down."""
    party = data.pop("party", "") or ""
    hand = data.pop("hand", "") or ""
    if not party:
        return {}
    return {"party_id": int(party), "hand": Hand(hand or Hand.COUNTER)}


def _come_in(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    return room.come_in(online=data["online"], warned=data["warned"], by=_by(guest), **edge)


def _check(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    hand = Hand(data.get("hand") or Hand.SELF)
    return room.check_identity(party_id=int(data["party"]), how=CheckedBy(data["how"]), hand=hand, **edge)


def _warn(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    return room.read_warning(party_id=int(data["party"]), by=ConsentBy(data["by"]), **edge)


def _pause(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    minutes = data.get("minutes") or ""
    return room.pause(until=edge["at"] + dt.timedelta(minutes=int(minutes)) if minutes else None, **edge)


def _plain(verb: Callable[..., Any]) -> Callable[..., Any]:
    def do(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
        return verb(**data, **edge)

    return do


def _record_yes(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    return disputes.consent(
        party_id=guest.party_id or 0, to=(ConsentTo.RECORDING,), by=_by(guest), step=guest.room.step, **edge
    )


def _take_back(to: ConsentTo) -> Callable[..., Any]:
    def do(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
        return room.take_consent_back(to=to, **edge)

    return do


def _offer(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    until = edge["at"] + dt.timedelta(hours=int(data["hours"]))
    answers = _key(on) if on else None
    amount = forms.fen(data.get("yuan"))
    return room.offer(
        terms=data["terms"], valid_until=until, amount_fen=amount, answers_id=answers, **_hand(data), **edge
    )


def _answer(answer: Answer) -> Callable[..., Any]:
    def do(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
        return room.answer_offer(offer_id=_key(on), answer=answer, **edge)

    return do


def _withdraw(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    return room.withdraw_offer(offer_id=_key(on), **edge)


def _round(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    closes = edge["at"] + dt.timedelta(hours=int(data["hours"]))
    side = Side(data["demanding"])
    distance = forms.fen(data.get("distance")) or 0
    return room.open_round(about=data["about"], closes_at=closes, distance_fen=distance, demanding=side, **edge)


def _seal(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    return room.seal_number(round_id=_key(on), amount_fen=forms.fen(data["yuan"]) or 0, **edge)


def _card(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    kind = CardKind(data["kind"])
    own = guest.side if kind == CardKind.INTEREST and not guest.is_lead else Channel.JOINT
    return room.put_card(kind=kind, text=data["text"], channel=Channel(own), **edge)


def _move(**more: Any) -> Callable[..., Any]:
    def do(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
        return room.move_card(card_id=_key(on), **more, **edge)

    return do


def _agree(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    return room.say(channel=Channel.JOINT, text=data["text"], client_id=uuid.uuid4(), agreed=True, **edge)


def _written(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    channel = Channel(on) if on in guest.channels else Channel.JOINT
    return room.say(channel=channel, text=data.pop("text"), client_id=uuid.uuid4(), **_hand(data), **edge)


def _ack(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    return room.acknowledge(line_uid=_uid(on), **edge)


def _ask_judge(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    return room.ask_judge(judge_id=int(data["judge"]), text=data["text"], **edge)


def _confirm(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    return room.confirm_record(record_id=_key(on), by=_by(guest), remark=data.get("remark", ""), **edge)


def _understand(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    is_free = data.pop("is_free") == "yes"
    return room.say_in_own_words(about=f"offer {_key(on)}", words=data, is_free=is_free, **edge)


def _calm(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    return room.settle_alert(alert_id=_key(on), **edge)


def _stop(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    return room.end_for_help(kind=InterruptKind(data["kind"]), **edge)


def _erase(guest: Guest, data: dict[str, Any], on: str, **edge: Any) -> Any:
    return room.erase_recording(uid=_uid(on), **edge)


def _lead(guest: Guest) -> bool:
    return guest.is_lead and guest.room.ended_at is None


def _lead_ever(guest: Guest) -> bool:
    return guest.is_lead


def _party(guest: Guest) -> bool:
    return not guest.is_lead and guest.room.ended_at is None


def _party_ever(guest: Guest) -> bool:
    return not guest.is_lead


def _anybody(guest: Guest) -> bool:
    return guest.room.ended_at is None


def _ever(guest: Guest) -> bool:
    return True


def _may_record(guest: Guest) -> bool:
    return _lead(guest) and room_queries.may_record(guest.room)


DEEDS: tuple[Deed, ...] = (
    Deed("enter", _("Come in"), "", "door-enter", forms.ComeIn, _come_in, _party,
         _("Before you come in")),
    Deed("check", _("Check who it is"), _("Checked."), "id", forms.Check, _check, _lead),
    Deed("warn", _("Read the warning aloud"), _("Read aloud and agreed."), "speakerphone", forms.Warn, _warn, _lead),
    Deed("pause", _("Pause"), _("Paused. Nobody has to decide anything now."), "player-pause", forms.Pause, _pause,
         _anybody, _("Everybody can pause, without a reason. Private talks stay open.")),
    Deed("resume", _("Go on"), _("The talk goes on."), "player-play", forms.Nothing, _plain(room.resume), _anybody),
    Deed("end", _("End the meeting"), _("The meeting has ended."), "door-exit", forms.Nothing, _plain(room.end_room),
         _lead, _("Everybody reads the same sentence: this meeting has ended; the mediator will contact each of you.")),
    Deed("record_yes", _("Agree to a recording"), _("Kept. It is recorded only while all agree."), "microphone",
         forms.Nothing, _record_yes, _party,
         _("It is recorded only if every party agrees. You can take it back at any moment; it then stops at once.")),
    Deed("record_no", _("No recording"), _("Taken back. Nothing is recorded."), "microphone-off", forms.Nothing,
         _take_back(ConsentTo.RECORDING), _party),
    Deed("online_no", _("Take back my consent to this form"), _("Taken back. Ask for a meeting in person."),
         "door-exit", forms.Nothing, _take_back(ConsentTo.ONLINE), _party),
    Deed("offer", _("Make an offer"), _("Your offer is on the table."), "writing", forms.Offer, _offer, _anybody,
         _("An offer binds nobody before an agreement is signed, and cannot be used in court.")),
    Deed("yes", _("Take the offer"), _("The offer is taken."), "check", forms.Nothing, _answer(Answer.YES), _party),
    Deed("talk", _("Talk more"), _("Kept."), "message-2", forms.Nothing, _answer(Answer.TALK), _party),
    Deed("no", _("Decline"), _("Declined."), "x", forms.Nothing, _answer(Answer.NO), _party),
    Deed("withdraw", _("Take back"), _("Taken back."), "arrow-back-up", forms.Nothing, _withdraw, _anybody),
    Deed("round", _("Sealed offers"), _("The round is open."), "lock", forms.Round, _round, _lead,
         _("Each side fills in one number. If they meet, the middle counts; if not, nobody ever sees either.")),
    Deed("seal", _("Seal the envelope"), _("Sealed. Nobody can open it."), "lock", forms.Seal, _seal, _party),
    Deed("card", _("Put on the board"), _("On the board."), "note", forms.Card, _card, _anybody),
    Deed("card_now", _("We talk about it now"), "", "circle-dot", forms.Nothing, _move(state=CardState.NOW), _lead),
    Deed("card_done", _("Undisputed"), "", "circle-check", forms.Nothing, _move(state=CardState.AGREED), _lead),
    Deed("card_show", _("Show to the other side"), _("Everybody sees it now."), "eye", forms.Nothing, _move(show=True),
         _party),
    Deed("card_off", _("Take off"), "", "x", forms.Nothing, _move(remove=True), _anybody),
    Deed("agree", _("Sum up what both agreed"), _("Everybody is asked to confirm."), "flag", forms.Agree, _agree,
         _lead),
    Deed("ack", _("Confirm"), _("Confirmed."), "check", forms.Nothing, _ack, _party),
    Deed("written", _("Write down for a party"), _("Written down, and marked as yours."), "writing-sign", forms.Written,
         _written, _lead, _("For whoever only reads text messages, calls, or comes to the counter.")),
    Deed("ask_judge", _("Ask the judge on call"), _("Asked. The answer appears here."), "gavel", forms.AskJudge,
         _ask_judge, _lead,
         _("Everybody here reads question and answer. The judge sees nothing else and never decides this matter.")),
    Deed("release", _("Let the judge go"), _("The judge has gone."), "door-exit", forms.Nothing,
         _plain(room.release_judge), _lead),
    Deed("record", _("Write the record"), _("Written. Every party is asked to confirm."), "file-text", forms.Record,
         _plain(room.write_record), _lead_ever),
    Deed("confirm", _("Confirm the record"), _("Confirmed."), "writing-sign", forms.Confirm, _confirm, _party_ever),
    Deed("understand", _("Say it in my own words"), _("Kept. Only you and the mediator read it."), "message-question",
         forms.Understand, _understand, _party_ever,
         _("Before anybody signs. Short is enough; there is no wrong answer. Ask if something is not clear.")),
    Deed("help", _("I need help"), "", "urgent", forms.Nothing, _plain(room.signal_for_help), _party),
    Deed("calm", _("Looked at: no danger"), _("Kept."), "check", forms.Nothing, _calm, _lead),
    Deed("stop", _("End it now, in the usual words"), _("It has ended for everybody. See what has to be done now."),
         "alert-triangle", forms.Stop, _stop, _lead,
         _("For the other side it looks like any other end. On the matter's page stands what has to be done now.")),
    Deed("record_start", _("Start recording"), _("It is recorded now; everybody sees the mark."), "player-record",
         forms.Nothing, _plain(room.start_recording), _may_record),
    Deed("record_stop", _("Stop recording"), _("Stopped."), "player-stop", forms.Nothing, _plain(room.stop_recording),
         _anybody),
    Deed("erase", _("Erase the recording"), _("Erased; nobody can read it any more."), "eraser", forms.Nothing, _erase,
         _ever, _("Its key is destroyed. It cannot be brought back, from no copy.")),
)  # fmt: skip
BY_KEY = {deed.key: deed for deed in DEEDS}
QUIET = frozenset({"help"})
"""Deeds after which the page says nothing, so that a glance over the shoulder shows nothing."""
