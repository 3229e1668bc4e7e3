"""The district's own names first; names read from the sentence otherwise."""

import pytest

from fengqiao.intake.understanding import naming
from fengqiao.intake.understanding.numbers import number
from fengqiao.intake.understanding.places import Gazetteer, Row

PLACES = Gazetteer(
    [
        Row(1, "枫桥区", "district"),
        Row(2, "槐安街道", "street", (), (1,)),
        Row(3, "北苑街道", "street", (), (1,)),
        Row(4, "柳荫社区", "community", ("柳荫里",), (1, 2)),
        Row(5, "和平社区", "community", (), (1, 2)),
        Row(6, "和平社区", "community", (), (1, 3)),
        Row(7, "第一网格", "grid", (), (1, 2, 4)),
        Row(8, "第一网格", "grid", (), (1, 2, 5)),
        Row(9, "晨光家园", "grid", ("晨光苑",), (1, 2, 4)),
    ]
)


def test_an_alias_is_as_good_as_the_name():
    assert PLACES.find("柳荫里垃圾没人收", "").id == 4
    assert PLACES.find("晨光苑停水", "").id == 9


def test_the_narrowest_place_wins():
    assert PLACES.find("", "枫桥区槐安街道柳荫社区晨光家园3栋").id == 9


def test_the_same_name_twice_is_told_apart_by_what_lies_above():
    assert PLACES.find("", "北苑街道和平社区路灯不亮").id == 6
    assert PLACES.find("", "槐安街道和平社区路灯不亮").id == 5


def test_the_same_name_alone_is_not_sure_and_offers_both():
    place = PLACES.find("和平社区路灯不亮", "")
    assert not place.is_sure
    assert {one.id for one in place.candidates} == {5, 6}
    assert place.reasons[0].code == "place.several"


def test_a_numbered_grid_counts_only_beside_its_community():
    assert PLACES.find("第一网格有人噪音扰民", "").id is None
    assert PLACES.find("柳荫社区第一网格有人噪音扰民", "").id == 7


def test_the_stem_of_a_name_is_known_when_it_is_long_enough():
    assert Gazetteer([Row(1, "石景花园小区", "grid")]).find("石景花园漏水", "").id == 1


def test_spans_point_at_the_words():
    text = "我住柳荫社区晨光家园"
    spans = PLACES.find("", text).reasons[0].spans
    assert [text[span.start : span.end] for span in spans] == ["柳荫社区", "晨光家园"]


@pytest.mark.parametrize(
    ("title", "text", "name"),
    [
        ("枫桥区翠湖小区物业不作为", "", "翠湖小区"),
        ("投诉枫桥区锦绣花园停水", "", "锦绣花园"),
        ("槐安街道东风新村垃圾成堆", "", "东风新村"),
        ("反映噪声问题", "我是枫桥区星河雅苑的业主，楼下酒吧太吵", "星河雅苑"),
        ("请修路", "槐树镇大槐村的路坏了半年", "大槐村"),
        ("小区物业乱收费", "小区停车收费太高", ""),
        ("咨询退休年龄", "请问女职工多大退休", ""),
        ("城中村改造什么时候开始", "", ""),
    ],
)
def test_unknown_places_are_read_from_the_sentence(title, text, name):
    found = naming.names(title, text)
    assert (naming.normal(found[0].text) if found else "") == (naming.normal(name) if name else "")


def test_a_named_place_without_row_is_kept_as_words():
    place = PLACES.find("枫南市翠湖小区物业不作为", "")
    assert place.id is None
    assert place.name == "翠湖小区"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("十二", 12),
        ("一百二十", 120),
        ("两", 2),
        ("三十多", 30),
        ("1万2千", 12000),
        ("甲", None),
        ("", None),
    ],
)
def test_numbers_as_people_write_them(text, value):
    assert number(text) == value


def test_forty_eight_thousand_places_are_quick_to_search():
    rows = [Row(one, f"区域{one:05d}小区", "community") for one in range(48_000)]
    crowd = Gazetteer(rows)
    found = crowd.find_many([("区域00042小区停水", "")] * 50)
    assert {place.id for place in found} == {42}


def test_harvest_offers_names_many_messages_speak_of():
    messages = [(f"枫桥区翠湖嘉园小区停水{one}次", "物业不管") for one in range(3)]
    assert naming.harvest(messages) == [("翠湖嘉园", 3)]
