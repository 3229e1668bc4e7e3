"""Helpers for the pages of the person concerned."""

from django.urls import reverse
from tests.cast import MORNING

from fengqiao.intake import actions
from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Channel
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import PUBLIC

NOISE = "楼下烧烤店的风机整夜响，睡不着觉。"
DANGER = "楼上装修天天吵。再这样我就从阳台跳下去，一了百了。"
SECRET = "内部：对方是老上访户，先拖着"


def step(client, name, /, **said):
    return client.post(reverse(f"intake:tell_{name}"), said)


def tell_all(client, text=NOISE, **who):
    step(client, "what", text=text)
    step(client, "where", where="7号楼302", place="")
    step(client, "photos")
    step(client, "who", **({"who": "named", "phone": "13812340421", "name": "陈立秋", "behalf": "self"} | who))
    return client.post(reverse("intake:tell_check"))


def told(district, text=NOISE, at=MORNING, **more):
    """A contact filed by 陈立秋, as the system sees it."""
    fields = {"place_id": district.gangyun.pk, "name": "陈立秋", "phone": "13812340421"} | more
    draft = actions.Draft(text=text, **fields)
    return actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=at).contact


def done(district, **more):
    """A contact the housing department reports done, with an internal note on it."""
    contact = told(district, **more)
    number, at = contact.number, MORNING
    with scoping.unscoped("tests"):
        actions.dispatch(number=number, unit_id=district.housing.pk, actor=district.wan, at=at)
        actions.take(number=number, actor=district.officer_of_housing, at=at)
        actions.note(number=number, text=SECRET, actor=district.officer_of_housing, at=at)
        actions.answer(number=number, text="明天上午派人去看。", actor=district.officer_of_housing, at=at)
        actions.finish(number=number, text="换了风机，夜里不响了。", actor=district.officer_of_housing, at=at)
    return fresh(number)


def fresh(number):
    with scoping.unscoped("tests"):
        return Contact.objects.select_related("person", "unit", "desk").get(number=number)


def open_by_code(client, contact, code=""):
    return client.post(reverse("intake:follow"), {"number": contact.number, "code": code or code_of(contact)})


def deed(client, name, contact, **said):
    return client.post(reverse(f"intake:{name}", args=[contact.number]), said)


def page(client, name, contact):
    return client.get(reverse(f"intake:{name}", args=[contact.number]))
