"""The verbs of staff and connected systems, each the one the pages call."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router

from fengqiao.intake import actions, rules
from fengqiao.intake.api import schemas, shown
from fengqiao.intake.api.common import actor_of, category_id, edge, files, now, place_id, unit_id
from fengqiao.kernel.errors import Forbidden
from fengqiao.people import actions as people
from fengqiao.shell.api import operation

router = Router(tags=["deeds"])


@router.post("/contacts/{number}/dispatch", response=schemas.ContactOut, summary="Send it to a unit")
@operation(rules.DISPATCH)
def dispatch(request: HttpRequest, number: str, sent: schemas.Dispatch) -> Any:
    """The unit that leads, and those that help. Category and place given here correct what was understood."""
    contact = shown.contact_of(request, number)
    done = actions.dispatch(
        number=contact.number,
        unit_id=unit_id(sent.unit),
        category_id=category_id(sent.category),
        place_id=place_id(sent.place),
        urgency=sent.urgency or "",
        with_ids=tuple(unit_id(code, "helping") for code in sent.helping),
        **edge(request),
    )
    return shown.after(done, actor_of(request))


@router.post("/contacts/{number}/take", response=schemas.ContactOut, summary="Take it in hand")
@operation(rules.HANDLE)
def take(request: HttpRequest, number: str) -> Any:
    contact = shown.contact_of(request, number)
    return shown.after(actions.take(number=contact.number, **edge(request)), actor_of(request))


@router.post("/contacts/{number}/send-back", response=schemas.ContactOut, summary="Not ours: back to the desk")
@operation(rules.HANDLE)
def send_back(request: HttpRequest, number: str, sent: schemas.Reason) -> Any:
    contact = shown.contact_of(request, number)
    return shown.after(actions.send_back(number=contact.number, reason=sent.reason, **edge(request)), actor_of(request))


@router.post("/contacts/{number}/transfer", response=schemas.ContactOut, summary="Pass it on outside")
@operation(rules.DISPATCH)
def transfer(request: HttpRequest, number: str, sent: schemas.Transfer) -> Any:
    contact = shown.contact_of(request, number)
    return shown.after(
        actions.transfer(number=contact.number, to=sent.to, reason=sent.reason, **edge(request)), actor_of(request)
    )


@router.post("/contacts/{number}/undo", response=schemas.ContactOut, summary="Take back one's own last deed")
@operation(rules.DISPATCH, rules.HANDLE)
def undo(request: HttpRequest, number: str) -> Any:
    """A dispatch, a merge or a “done” of the caller, within ten minutes."""
    contact = shown.contact_of(request, number)
    return shown.after(actions.undo(number=contact.number, **edge(request)), actor_of(request))


@router.post("/contacts/{number}/answer", response=schemas.ContactOut, summary="Answer the person")
@operation(rules.HANDLE)
def answer(request: HttpRequest, number: str, sent: schemas.Told) -> Any:
    """A substantive answer. The first one stops the response clock."""
    contact = shown.contact_of(request, number)
    sent_files = files(sent.files, actor_of(request))
    return shown.after(
        actions.answer(number=contact.number, text=sent.text, files=sent_files, **edge(request)), actor_of(request)
    )


@router.post("/contacts/{number}/progress", response=schemas.ContactOut, summary="Tell how far it is")
@operation(rules.HANDLE)
def progress(request: HttpRequest, number: str, sent: schemas.Told) -> Any:
    contact = shown.contact_of(request, number)
    sent_files = files(sent.files, actor_of(request))
    return shown.after(
        actions.progress(number=contact.number, text=sent.text, files=sent_files, **edge(request)), actor_of(request)
    )


@router.post("/contacts/{number}/note", response=schemas.ContactOut, summary="Note internally")
@operation(rules.HANDLE)
def note(request: HttpRequest, number: str, sent: schemas.Told) -> Any:
    """For colleagues of the unit in hand. Never leaves the house."""
    contact = shown.contact_of(request, number)
    sent_files = files(sent.files, actor_of(request))
    return shown.after(
        actions.note(number=contact.number, text=sent.text, files=sent_files, **edge(request)), actor_of(request)
    )


@router.post("/contacts/{number}/ask", response=schemas.ContactOut, summary="Ask the person for more")
@operation(rules.HANDLE)
def ask(request: HttpRequest, number: str, sent: schemas.Said) -> Any:
    """The clocks of the unit wait for the person."""
    contact = shown.contact_of(request, number)
    return shown.after(actions.ask(number=contact.number, text=sent.text, **edge(request)), actor_of(request))


@router.post("/contacts/{number}/finish", response=schemas.ContactOut, summary="Report it done")
@operation(rules.HANDLE)
def finish(request: HttpRequest, number: str, sent: schemas.Told) -> Any:
    """The person is asked whether it is done. Nothing is solved until they accept."""
    contact = shown.contact_of(request, number)
    sent_files = files(sent.files, actor_of(request))
    return shown.after(
        actions.finish(number=contact.number, text=sent.text, files=sent_files, **edge(request)), actor_of(request)
    )


@router.post("/contacts/{number}/urgency", response=schemas.ContactOut, summary="Change the urgency")
@operation(rules.DISPATCH)
def change_urgency(request: HttpRequest, number: str, sent: schemas.UrgencyChange) -> Any:
    contact = shown.contact_of(request, number)
    done = actions.change_urgency(number=contact.number, urgency=sent.urgency, reason=sent.reason, **edge(request))
    return shown.after(done, actor_of(request))


def _nobody_in_person(actor: Any) -> Forbidden:
    return Forbidden(rules.HANDLE, _("Only a named person takes an urgent matter."), code="alert.named_person")


@router.post("/contacts/{number}/acknowledge", response=schemas.ContactOut, summary="Take an urgent matter")
@operation(rules.HANDLE)
def acknowledge(request: HttpRequest, number: str) -> Any:
    """A named person says “I have it”; the ladder stops there. A key cannot."""
    contact = shown.contact_of(request, number)
    if actor_of(request).user_id is None:
        raise _nobody_in_person(actor_of(request))
    actions.acknowledge(number=contact.number, **edge(request))
    return shown.after(contact, actor_of(request))


@router.post("/contacts/{number}/merge", response=schemas.ContactOut, summary="Merge into another of the same person")
@operation(rules.REORDER)
def merge(request: HttpRequest, number: str, sent: schemas.Into) -> Any:
    contact, into = shown.contact_of(request, number), shown.contact_of(request, sent.into)
    return shown.after(actions.merge(number=contact.number, into=into.number, **edge(request)), actor_of(request))


@router.post("/contacts/{number}/link", response=schemas.ContactOut, summary="Link below another of the same issue")
@operation(rules.REORDER)
def link(request: HttpRequest, number: str, sent: schemas.Parent) -> Any:
    contact, parent = shown.contact_of(request, number), shown.contact_of(request, sent.parent)
    return shown.after(actions.link(number=contact.number, parent=parent.number, **edge(request)), actor_of(request))


@router.post("/contacts/{number}/split", response=list[schemas.ContactOut], summary="Split off further matters")
@operation(rules.REORDER)
def split(request: HttpRequest, number: str, sent: schemas.Parts) -> Any:
    """Each text becomes a matter of its own, with a clock from the first receipt."""
    contact = shown.contact_of(request, number)
    made = actions.split(number=contact.number, texts=tuple(sent.texts), **edge(request))
    return [shown.brief(part) for part in made]


@router.post("/contacts/{number}/join", response=schemas.ContactOut, summary="Add a voice: “me too”")
@operation(rules.REGISTER)
def join(request: HttpRequest, number: str, sent: schemas.Supporter) -> Any:
    """Somebody else with the same trouble hears the common answer, without a matter of their own."""
    contact = shown.contact_of(request, number)
    person = people.find_or_create_person(name=sent.name, phone=sent.phone, at=now(request))
    actions.join(number=contact.number, person=person, **edge(request))
    return shown.after(contact, actor_of(request))
