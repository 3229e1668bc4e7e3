"""The taxonomy and its keyword rules."""

import pytest

from fengqiao.intake.understanding import starter
from fengqiao.intake.understanding.leaves import standard


def test_the_taxonomy_is_whole():
    headings = standard().headings
    assert len({one.top for one in headings.values()}) == 9
    assert 60 <= sum(one.level == 3 for one in headings.values()) <= 90
    for code, one in headings.items():
        assert one.zh and one.en and one.level1
        assert one.clock in {"ordinary", "utility", "court", "hard"}
        assert one.level == 1 or code.rsplit(".", 1)[0] in headings


def test_the_starter_labels_are_first_level_headings():
    assert {one.label for one in starter.examples()} == {one.top for one in standard().headings.values()}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("暖气不热", "utilities.heating.none"),
        ("物业费涨价", "housing.property.fee"),
        ("楼上漏水", "housing.building.leak"),
        ("健身房跑路，预付卡退费", "consumer.prepaid.refund"),
        ("拖欠工资", "labour.wage.arrears"),
        ("公司辞退我，想申请劳动仲裁", "labour.contract.dismissal"),
        ("朋友借钱写了欠条不还钱", "justice.money.loan"),
        ("离婚以后不给抚养费", "justice.family.divorce"),
        ("停车位被占，乱停", "traffic.parking.lot"),
        ("电梯困梯", "housing.building.lift"),
        ("飞线充电", "city.safety.cable"),
        ("燃气泄漏", "utilities.gas.leak"),
        ("停水", "utilities.water.outage"),
        ("停电", "utilities.power.outage"),
        ("垃圾清运不及时", "city.sanitation.rubbish"),
        ("违建", "city.order.illegal"),
        ("想请律师，法律援助", "justice.advice.law"),
        ("法院不立案，起诉状递了", "justice.court.filing"),
        ("楼上跺脚拖椅子", "justice.neighbour.noise"),
        ("社保断交养老金", "labour.insurance.pension"),
    ],
)
def test_plain_words_find_their_heading(text, code):
    assert standard().find(text, "")[0].code == code


def test_labels_are_known_by_code_and_by_name():
    assert standard().top("housing") == standard().top("住房物业") == "housing"
    assert standard().top("城乡建设") == ""
