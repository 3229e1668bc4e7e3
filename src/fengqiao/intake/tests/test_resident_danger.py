"""Words of danger: stored first, help at once, people told, the sentence sealed (journey 12)."""

import pytest
from django.urls import reverse
from tests.cast import MORNING, cast

from fengqiao.intake.models import Alert, Contact, Raw
from fengqiao.intake.rules import Urgency
from fengqiao.intake.tests.residents import DANGER, deed, fresh, open_by_code, page, step, told
from fengqiao.kernel import scoping
from fengqiao.kernel.clock import standing_at
from fengqiao.kernel.testing import run_jobs

pytestmark = pytest.mark.django_db
SENTENCE = "从阳台跳下去"


@pytest.fixture
def district():
    with standing_at(MORNING):
        yield cast()


def contact():
    with scoping.unscoped("tests"):
        return Contact.objects.select_related("person").get()


def test_the_numbers_come_before_anything_else(client, district):
    answer = step(client, "what", text=DANGER)
    assert answer.url == reverse("intake:tell_help")
    text = client.get(answer.url).content.decode()
    for words in ("您不是一个人", "12356", "110", "120", "我们现在就打给您"):
        assert words in text
    assert SENTENCE not in text


def test_it_is_registered_at_once_and_somebody_is_told(client, district):
    step(client, "what", text=DANGER)
    found = contact()
    assert found.urgency == Urgency.EMERGENCY and Raw.objects.filter(body__isnull=False).exists()
    assert SENTENCE not in found.text and SENTENCE in found.sealed_text
    run_jobs()
    with scoping.unscoped("tests"):
        assert Alert.objects.get(level=1).told


def test_the_phone_given_then_reaches_the_contact(client, district):
    step(client, "what", text=DANGER)
    answer = step(client, "help", phone="13812340421")
    assert "现在就打给您" in answer.content.decode()
    assert contact().person.phone == "13812340421"


def test_going_on_completes_the_same_matter(client, district):
    step(client, "what", text=DANGER)
    step(client, "where", place=str(district.gangyun.pk), where="7号楼")
    step(client, "who", who="named", name="宋宁", phone="13812340421", behalf="self")
    answer = client.post(reverse("intake:tell_check"))
    found = contact()
    assert answer.url == reverse("intake:receipt", args=[found.number])
    assert found.place_id == district.gangyun.pk and found.person.name == "宋宁"


def test_the_person_reads_their_own_sentence_the_paper_does_not(client, district):
    step(client, "what", text=DANGER)
    found = contact()
    assert SENTENCE in page(client, "story", found).content.decode()
    assert SENTENCE not in page(client, "printed", found).content.decode()


def test_danger_in_what_is_added_later(client, district):
    found = told(district)
    open_by_code(client, found)
    answer = deed(client, "add", found, text="没人管。我不想活了，想跳楼。")
    assert answer.url == reverse("intake:story_help", args=[found.number])
    after = fresh(found.number)
    assert after.urgency == Urgency.EMERGENCY and "跳楼" in after.sealed_text
    with scoping.unscoped("tests"):
        assert Alert.objects.filter(contact=after).exists()
        assert not after.entries.filter(text__contains="跳楼").exists()
