"""The desk offers mediation from a contact: one number, both sides asked, the contact's own clock waits."""

import pytest
from django.test import Client

from fengqiao.intake import actions
from fengqiao.intake.rules import Channel
from fengqiao.kernel import clock
from fengqiao.mediation.tests import ground as g
from fengqiao.people.models import Membership

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("place", ["gangyun", None])
def test_the_desk_offers_mediation_from_a_contact(place: str | None) -> None:
    with clock.standing_at(g.AT):
        here = g.ground()
        where = getattr(here.quarrel.cast, place).pk if place else None
        text = "云锦小区楼上漏水，邻居不管" if place else "楼上漏水，邻居不管"
        draft = actions.Draft(text=text, name="孙耀", phone="13712340423", place_id=where)
        call = actions.receive(draft=draft, channel=Channel.COURT_HOTLINE, actor=here.duan, at=g.AT).contact
        client = Client()
        duty = Membership.objects.get(pk=int(here.duan.id.partition(":")[2]))
        client.force_login(duty.user, backend="django.contrib.auth.backends.ModelBackend")
        url = f"/desk/{call.number}/do/mediate/"
        assert "对方是谁" in client.get(url).content.decode()
        sent = {"respondent": "楼上业主", "respondent_kind": "natural", "kind": "peoples"}
        assert client.post(url, sent).status_code == 302
        page = client.get(f"/mediation/{call.number}/").content.decode()
        assert "孙耀与楼上业主" in page and "征求双方" in page
        again = client.post(url, sent, headers={"HX-Request": "true"})
        assert again.status_code == 409
