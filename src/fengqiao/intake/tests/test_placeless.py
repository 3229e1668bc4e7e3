"""A contact that names no place is in the hands of a desk, and is seen there."""

import pytest
from django.core.management import call_command
from tests.cast import cast
from tests.journeys.walk import at

from fengqiao.intake import actions, queries
from fengqiao.intake.reference import sync_categories
from fengqiao.intake.rules import Channel
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import PUBLIC

pytestmark = pytest.mark.django_db


def test_the_desk_of_the_district_sees_it_and_no_subdistrict_does() -> None:
    call_command("sync_reference", verbosity=0)
    sync_categories()
    here = cast()
    draft = actions.Draft(text="楼上漏水，邻居不管", name="孙耀", phone="13712340423")
    contact = actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=at("2026-05-08 10:00")).contact
    assert contact.place is None and contact.desk == here.centre
    for who, sees in ((here.wan, True), (here.duan, True), (here.han, False), (here.lin, False)):
        with scoping.scoped(who):
            assert queries.visible_to(who).filter(pk=contact.pk).exists() == sees, who.name
        with scoping.scoped(who), scoping.application_filter_off():
            assert queries.visible_to(who).filter(pk=contact.pk).exists() == sees, who.name
