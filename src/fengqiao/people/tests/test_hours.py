"""The clocks of the kernel know when an organisation is at work."""

import pytest

from fengqiao.kernel import calendar
from fengqiao.kernel.calendar import OFFICE_HOURS
from fengqiao.people.models import Organisation


@pytest.mark.django_db
def test_an_organisation_brings_its_own_hours_the_others_keep_office_hours() -> None:
    own = {"mon": [["09:00", "12:00"], ["14:00", "18:00"]]}
    court = Organisation.objects.create(name="云汀区人民法院", kind="court", code="T1", working_hours=own)
    other = Organisation.objects.create(name="桥西街道", kind="street_office", code="T2")
    hours = calendar.hours_of([court.pk, other.pk])
    assert hours[court.pk].week[0] == ((540, 720), (840, 1080))
    assert hours[other.pk] == OFFICE_HOURS
