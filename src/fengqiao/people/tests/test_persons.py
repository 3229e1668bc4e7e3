"""Persons: numbers are checked, sealed, found by exact match only, and shown for a purpose."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from tests import world as cast

from fengqiao.kernel.errors import Forbidden
from fengqiao.people import numbers, queries
from fengqiao.people.actions import find_or_create_person, reveal
from fengqiao.people.models import Person, ReadAudit
from fengqiao.people.rules import RevealPurpose, Role


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 1234 0421", "13812340421"),
        ("+86 138-1234-0421", "13812340421"),
        ("１３８１２３４０４２１", "13812340421"),
        ("(010) 8800 1234", "01088001234"),
        ("400-820-8820", "4008208820"),
        ("+852 9123 4567", "+85291234567"),
        ("", ""),
    ],
)
def test_a_telephone_number_has_one_form(typed: str, kept: str) -> None:
    assert numbers.phone(typed) == kept


@pytest.mark.parametrize("typed", ["1381234042", "138123404211", "abc", "12345", "110", "1", "+1"])
def test_what_nobody_can_be_called_by_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        numbers.phone(typed)


def test_an_organisation_may_give_a_hotline() -> None:
    assert numbers.phone("12345", hotlines=True) == "12345"


def test_identity_numbers_are_checked() -> None:
    good = "11010519491231002X"
    assert numbers.identity("110105 19491231 002x") == good
    for wrong in ("110105194912310021", "11010519491331002X", "1101051949123100"):
        with pytest.raises(ValidationError):
            numbers.identity(wrong)


def _person(name: str = "陈", phone: str = "13812340421", **more: str) -> Person:
    return find_or_create_person(name=name, phone=phone, at=cast.AT, **more)


@pytest.mark.django_db
def test_the_same_number_and_name_is_the_same_person() -> None:
    chen = _person()
    assert _person(phone="+86 138 1234 0421") == chen
    assert _person(name="") == chen
    assert _person(name="陈小") != chen
    assert _person(phone="13812340422") != chen
    assert _person(phone="", name="陈") != chen


@pytest.mark.django_db
def test_the_identity_number_decides_over_the_telephone() -> None:
    chen = _person(identity_number="11010519491231002X")
    assert _person(name="陈先生", phone="13900000000", identity_number="11010519491231002X") == chen


@pytest.mark.django_db
def test_nothing_personal_lies_open_in_the_database() -> None:
    chen = _person(identity_number="11010519491231002X", address="西峰区里涟社区3号楼2单元", email="chen@example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM people_person p WHERE id = %s", [chen.pk])
        stored = cursor.fetchone()[0]
    for secret in ("13812340421", "11010519491231002X", "3号楼", "chen@"):
        assert secret not in stored
    assert Person.objects.get(pk=chen.pk).email == "chen@example.org"


@pytest.mark.django_db
def test_addresses_written_before_they_were_sealed_are_sealed_and_back() -> None:
    chen, empty = _person(), _person(name="路人", phone="")
    step = import_module("fengqiao.people.migrations.0007_seal_email_of_persons")
    with connection.cursor() as cursor, connection.schema_editor() as editor:
        cursor.execute("UPDATE people_person SET email = 'chen@example.org' WHERE id = %s", [chen.pk])
        step.seal_emails(apps, editor)
        assert Person.objects.get(pk=chen.pk).email == "chen@example.org"
        assert Person.objects.get(pk=empty.pk).email == ""
        step.unseal_emails(apps, editor)
        cursor.execute("SELECT email FROM people_person WHERE id = %s", [chen.pk])
        assert cursor.fetchone()[0] == "chen@example.org"


@pytest.mark.django_db
def test_showing_a_number_names_a_purpose_and_leaves_a_row() -> None:
    here = cast.places()
    chen, clerk = _person(), cast.actor(Role.CLERK, here.street)
    shown = reveal(person=chen, field="phone", purpose=RevealPurpose.CALL_BACK, actor=clerk, at=cast.AT, subject="N-1")
    assert shown == "13812340421"
    row = ReadAudit.objects.get()
    assert (row.actor, row.what, row.subject, row.person_id) == (clerk.id, "person.phone", "N-1", chen.pk)
    assert list(queries.readings_of(chen.pk)) == [row]


@pytest.mark.django_db
def test_an_unknown_purpose_or_a_stranger_shows_nothing() -> None:
    chen = _person()
    with pytest.raises(ValueError, match="nosiness"):
        reveal(person=chen, field="phone", purpose="nosiness", actor=cast.SYSTEM, at=cast.AT)
    with pytest.raises(Forbidden):
        reveal(
            person=chen, field="phone", purpose=RevealPurpose.VISIT, actor=cast.actor(Role.MERCHANT, None), at=cast.AT
        )
    assert not ReadAudit.objects.exists()


@pytest.mark.django_db
def test_auditors_see_rows_of_their_own_place() -> None:
    here = cast.places()
    chen = _person()
    for place in (here.street, here.other_district):
        reveal(person=chen, field="phone", purpose=RevealPurpose.VISIT, actor=cast.actor(Role.CLERK, place), at=cast.AT)
    seen = [
        queries.readings_visible_to(cast.actor(Role.AUDITOR, place)).count()
        for place in (here.district, here.other_district, here.city, None)
    ]
    assert seen == [1, 1, 2, 2]
