"""Personal data in free text. All numbers are invented; identity numbers carry a true check digit."""

import pytest

from fengqiao.intake.understanding.privacy import Kind, find, mask


@pytest.mark.parametrize(
    ("text", "kind", "piece"),
    [
        ("我的电话13812345678，请回电", Kind.PHONE, "13812345678"),
        ("手机 +86 138-1234-5678", Kind.PHONE, "138-1234-5678"),
        ("座机010-68881234", Kind.PHONE, "010-68881234"),
        ("身份证11010519491231002X", Kind.IDENTITY, "11010519491231002X"),
        ("卡号4111 1111 1111 1111退款", Kind.BANK_CARD, "4111 1111 1111 1111"),
        ("京A12345占我车位", Kind.PLATE, "京A12345"),
        ("绿牌京AD12345", Kind.PLATE, "京AD12345"),
        ("邮箱 chen.l@example.com 收", Kind.EMAIL, "chen.l@example.com"),
        ("住在3号楼2单元501室", Kind.ADDRESS, "3号楼2单元501室"),
        ("联系人：陈立秋，女", Kind.NAME, "陈立秋"),
        ("请找王女士", Kind.NAME, "王女士"),
    ],
)
def test_each_kind_is_found(text, kind, piece):
    assert [(one.kind, one.text) for one in find(text)] == [(kind, piece)]


@pytest.mark.parametrize(
    "text",
    [
        "合同编号110105194912310021",
        "订单4111111111111112",
        "2026年1月12日12345热线",
        "一共花了13800元",
        "我是业主，住在附近",
        "我是村民",
        "3号楼停水500多户",
        "版本12.3.4",
        "",
    ],
)
def test_other_numbers_are_left_alone(text):
    assert find(text) == []


def test_masking_keeps_the_length_and_hides_the_middle():
    text = "我叫陈立秋，电话13812345678，住2号楼301室"
    hidden = mask(text)
    assert len(hidden) == len(text)
    assert hidden == "我叫陈**，电话138****5678，住*号楼***室"


def test_spans_point_into_the_text():
    text = "请打13812345678或者13900001111"
    assert [text[one.start : one.end] for one in find(text)] == [one.text for one in find(text)]
