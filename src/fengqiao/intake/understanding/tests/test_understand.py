"""One message, everything at once."""

import datetime as dt

import pytest

from fengqiao.intake.understanding import classify
from fengqiao.intake.understanding.classify import Example
from fengqiao.intake.understanding.places import Gazetteer, Row
from fengqiao.intake.understanding.understand import Models, understand, understand_many
from fengqiao.intake.understanding.urgency import Level

NOW = dt.datetime(2026, 1, 12, 9, 0, tzinfo=dt.UTC)
PLACES = Gazetteer(
    [
        Row(1, "枫桥区", "district"),
        Row(2, "槐安街道", "street", (), (1,)),
        Row(3, "柳荫社区", "community", ("柳荫里",), (1, 2)),
        Row(4, "晨光家园", "grid", (), (1, 2, 3)),
    ]
)


@pytest.fixture
def cold():
    return understand(
        "晨光家园暖气不热",
        "柳荫社区晨光家园3号楼2单元，家里暖气冰凉，有八十岁的老人，我的电话13812345678。",
        models=Models(),
        gazetteer=PLACES,
        now=NOW,
    )


def test_rules_alone_find_the_heading(cold):
    assert cold.category.value == "utilities"
    assert cold.heading.value == "utilities.heating.none"
    assert cold.clock == "utility"
    assert cold.is_starter


def test_the_place_is_the_narrowest_one_named(cold):
    assert cold.place.id == 4
    assert cold.place.is_sure
    assert cold.place.building.startswith("3号楼2单元")


def test_an_old_person_in_the_cold_is_urgent_in_winter_only(cold):
    assert cold.level is Level.URGENT
    summer = understand(
        "晨光家园暖气不热", "有八十岁的老人", models=Models(), gazetteer=PLACES, now=NOW.replace(month=7)
    )
    assert summer.level is Level.ORDINARY


def test_personal_data_is_pointed_out(cold):
    assert [found.text for found in cold.personal] == ["13812345678"]


def test_every_suggestion_says_why(cold):
    assert cold.heading.reasons[0].words[0] in "晨光家园暖气不热"
    assert cold.place.reasons[0].words
    assert cold.urgency.reasons[0].code == "urgency.cold"


def test_many_are_understood_as_one_by_one(cold):
    messages = [("晨光家园暖气不热", ""), ("", ""), ("停水三天", "没水做饭")]
    together = understand_many(messages, models=Models(), gazetteer=PLACES, now=NOW)
    single = [understand(*message, models=Models(), gazetteer=PLACES, now=NOW) for message in messages]
    assert together == single


def test_an_empty_message_is_no_reason_to_stumble():
    nothing = understand("", "", models=Models(), gazetteer=Gazetteer(), now=NOW)
    assert nothing.category.value is None
    assert nothing.place.id is None
    assert nothing.level is Level.ORDINARY


def test_no_reason_quotes_a_sealed_sentence_or_a_phone():
    examples = [
        Example("", f"{word}第{one}回，不想活了，13812345678", word) for word in ("暖气", "停车") for one in range(9)
    ]
    models = Models(classify.train(examples, version="v"))
    found = understand("", "暖气第3回，不想活了。电话13812345678", models=models, gazetteer=PLACES, now=NOW)
    quoted = "".join(word for reason in (*found.category.reasons, *found.urgency.reasons) for word in reason.words)
    assert found.is_crisis
    assert "不想活" not in quoted
    assert "138" not in quoted
