"""The newest model and the district's places, taken up without a restart."""

import pytest
from tests.cast import MORNING, cast

from fengqiao.intake import actions
from fengqiao.intake.rules import Channel
from fengqiao.intake.understanding import classify, loader
from fengqiao.intake.understanding.classify import Example
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import PUBLIC
from fengqiao.people.models import Area

EXAMPLES = [
    Example("", f"{word}第{one}回", label) for word, label in (("停水", "a"), ("停车", "b")) for one in range(9)
]


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.FENGQIAO_MODELS = str(tmp_path)
    loader.forget()
    yield tmp_path
    loader.forget()


def train(folder, version):
    return classify.save(classify.train(EXAMPLES, version=version), folder)


def test_a_fresh_installation_begins_with_the_starter_set_and_says_so(folder):
    models = loader.models()
    assert models.is_starter
    assert models.version.startswith("starter-")
    assert len(list(folder.glob("starter-*.npz"))) == 1


def test_a_newer_model_is_taken_up_without_a_restart(folder):
    train(folder, "2026-1")
    assert loader.models().version == "2026-1"
    assert loader.models() is loader.models()
    train(folder, "2026-2")
    assert loader.models().version == "2026-2"
    assert not loader.models().is_starter


def test_a_version_can_be_pinned(folder):
    train(folder, "2026-1")
    train(folder, "2026-2")
    (folder / "current.json").write_text('{"version": "2026-1"}')
    assert loader.models().version == "2026-1"


def test_a_damaged_model_is_passed_over(folder):
    train(folder, "2026-1")
    train(folder, "2026-2").write_bytes(b"no model")
    assert loader.models().version == "2026-1"


@pytest.fixture
def place(db):
    return Area.objects.create(
        code="q1", name="晨光家园", kind="grid", full_name="枫桥区晨光家园", aliases=["晨光苑"], district_id=7
    )


def test_places_come_from_the_district_with_their_aliases(place):
    assert loader.gazetteer().find("晨光苑停水", "").id == place.id
    assert loader.gazetteer(7).find("晨光家园停水", "").id == place.id
    assert loader.gazetteer(8).find("晨光家园停水", "").id is None


def test_a_new_place_is_known_at_once(place):
    loader.gazetteer()
    other = Area.objects.create(code="q2", name="柳荫社区", kind="community", full_name="柳荫社区")
    assert loader.gazetteer().find("柳荫社区停水", "").id == other.id


def test_a_renamed_place_is_known_within_half_a_minute(place, monkeypatch):
    loader.gazetteer()
    Area.objects.filter(pk=place.pk).update(name="望江花园")
    monkeypatch.setattr(loader, "_LOOK_AGAIN_SECONDS", 0.0)
    later = loader.time.monotonic() + 60
    monkeypatch.setattr(loader.time, "monotonic", lambda: later)
    assert loader.gazetteer().find("望江花园停水", "").id == place.id


@pytest.mark.django_db
def test_what_clerks_chose_otherwise_is_offered_for_training_under_every_name():
    made = cast()
    draft = actions.Draft(text="楼上太吵", place_id=made.gangyun.pk, person_id=made.chen.pk)
    contact = actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=MORNING).contact
    with scoping.unscoped("test"):
        for chosen in (made.noise, made.heat):
            contact.corrections.create(field="category", chosen=str(chosen.pk), actor="user:1", at=MORNING)
        contact.corrections.create(field="unit", chosen="1", actor="user:1", at=MORNING)
    [(_title, text, names)] = loader.kept_corrections()
    assert text == "楼上太吵"
    assert names[:2] == (made.heat.code, made.heat.name_zh)
