"""Notes of the grid worker: one note is one contact however often the phone sends it."""

import io
import uuid
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.cast import Cast, cast

from fengqiao.intake.models import Contact, Raw
from fengqiao.intake.rules import Channel
from fengqiao.intake.tests.ground import at_noon, window
from fengqiao.kernel import files, scoping

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Iterator[Cast]:
    with at_noon():
        yield cast()


def photo() -> SimpleUploadedFile:
    """A photo that says where it was taken."""
    out = io.BytesIO()
    facts = Image.Exif()
    facts[0x010E] = "secret address"
    Image.new("RGB", (40, 30), "green").save(out, "JPEG", exif=facts)
    return SimpleUploadedFile("IMG_1.jpg", out.getvalue(), content_type="image/jpeg")


def note(**more: object) -> dict[str, object]:
    return {"text": "4号楼2单元门口飞线充电", "client_id": str(uuid.uuid4()), **more}


def all_contacts() -> list[Contact]:
    with scoping.unscoped("tests"):
        return list(Contact.objects.all())


def test_a_note_sent_twice_is_one_contact(people: Cast) -> None:
    phone, sent = window(people.lin), note()
    first = phone.post("/round/new/", sent, headers={"Accept": "application/json"}).json()
    again = phone.post("/round/new/", sent, headers={"Accept": "application/json"}).json()
    assert (first["number"], first["repeat"]) == (again["number"], False)
    assert again["repeat"] is True
    contact, *rest = all_contacts()
    assert not rest
    assert (contact.channel, contact.grid_id) == (Channel.GRID, people.grid.pk)


def test_photos_arrive_without_what_the_camera_knew(people: Cast) -> None:
    window(people.lin).post("/round/new/", note(photos=photo()))
    with scoping.unscoped("tests"):
        attachment = all_contacts()[0].attachments.get()
        with files.open_file(attachment.file) as kept:
            body = kept.read()
    assert b"secret address" not in body
    assert body[:2] == b"\xff\xd8"


def test_the_name_is_kept_only_when_the_person_wants_help(people: Cast) -> None:
    window(people.lin).post("/round/new/", note(name="陈立秋", phone="13812340421", wants_help="no"))
    assert all_contacts()[0].is_anonymous
    window(people.lin).post("/round/new/", note(name="陈立秋", phone="13812340421", wants_help="yes"))
    assert not all_contacts()[1].is_anonymous


def test_words_are_kept_even_when_the_form_is_wrong(people: Cast) -> None:
    answer = window(people.lin).post("/round/new/", note(text="", phone="138", location_text="4号楼"))
    assert answer.status_code == 422
    with scoping.unscoped("tests"):
        assert "4号楼" in Raw.objects.get().body


def test_only_those_who_may_register_open_the_round(people: Cast) -> None:
    assert window(people.lin).get("/round/").status_code == 200
    assert window(people.shi).get("/round/").status_code == 404
    assert window(None).get("/round/").status_code == 302


def test_the_worker_of_the_phone_is_served_for_its_own_path(people: Cast) -> None:
    answer = window(None).get("/round/worker.js")
    assert answer["Service-Worker-Allowed"] == "/round/"
    assert answer["Content-Type"].startswith("text/javascript")
