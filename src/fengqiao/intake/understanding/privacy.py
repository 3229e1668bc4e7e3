"""Personal data in free text: where it stands, what kind it is, and the text with it masked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from stdnum import luhn
from stdnum.cn import ric
from stdnum.exceptions import ValidationError


class Kind(StrEnum):
    PHONE = "phone"
    IDENTITY = "identity"
    BANK_CARD = "bank_card"
    PLATE = "plate"
    EMAIL = "email"
    ADDRESS = "address"
    NAME = "name"


class Found(NamedTuple):
    """Half-open stretch of the text."""

    kind: Kind
    start: int
    end: int
    text: str


_DIGIT = r"(?<![0-9A-Za-z.])"
_NO_DIGIT = r"(?![0-9A-Za-z])"
_LONG = re.compile(rf"{_DIGIT}\d(?:[ -]?\d){{13,18}}[Xx]?{_NO_DIGIT}")
_MOBILE = re.compile(rf"{_DIGIT}(?:\+?86[- ]?)?(1[3-9]\d(?:[ -]?\d{{4}}){{2}}){_NO_DIGIT}")
_LANDLINE = re.compile(rf"{_DIGIT}(?:\(0\d{{2,3}}\)|（0\d{{2,3}}）|0\d{{2,3}}[- —])\d{{7,8}}(?:-\d{{1,4}})?{_NO_DIGIT}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(
    rf"[{_PROVINCES}][A-HJ-NP-Z][·.\- ]?(?=[A-HJ-NP-Z0-9]*\d)(?:[A-HJ-NP-Z0-9]{{6}}|"
    rf"[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]){_NO_DIGIT}"
)
_ROOM = re.compile(
    r"(?:[0-9A-Za-z一二三四五六七八九十]{1,4}(?:号楼|栋|幢|座|号院|号))[ ,，]?"
    r"(?:[0-9A-Za-z一二三四五六七八九十]{1,3}单元)?[ ,，]?(?:[0-9一二三四五六七八九十]{1,3}(?:层|"
    r"楼))?[ ,，]?(?:\d{3,4}(?:室|房|号房|户|号)?)(?!\d|年|元|平|米|人|万|个|多)"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江"
    "尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_HONORIFIC = re.compile(rf"[{_SURNAMES}](?:先生|女士|小姐|阿姨|大爷|大妈|奶奶|爷爷|师傅|某某|某)")
_NAMED = re.compile(
    rf"(?:我叫|我是|本人叫|本人是|本人姓名|姓名|名叫|联系人|户主|业主|身份证姓名|法人代表|"
    rf"法定代表人)[:：为是叫]{{0,2}}"
    rf"((?:欧阳|上官|司马|诸葛|[{_SURNAMES}])[一-龥]{{1,2}})(?=[，。,、；;：:（(\s0-9]|$|电话|手机|身份证|男|女|系)"
)
_NOT_NAMES = re.compile(r"(?:[村社镇县市区街路院校厂店部局所队组户室]|业主|居民|员工|职工|学生|家长)$")
_KEEP = {Kind.PHONE: (3, 4), Kind.IDENTITY: (3, 4), Kind.BANK_CARD: (0, 4), Kind.PLATE: (2, 0), Kind.NAME: (1, 0)}


def find(text: str) -> list[Found]:
    """Personal data from left to right, without overlaps; checked numbers win over patterns."""
    taken: list[Found] = []
    for one in _candidates(text):
        if all(one.end <= other.start or one.start >= other.end for other in taken):
            taken.append(one)
    return sorted(taken, key=lambda found: found.start)


def mask(text: str, found: Sequence[Found] | None = None) -> str:
    """The text with its personal data starred, of the same length."""
    pieces, last = [], 0
    for one in find(text) if found is None else found:
        pieces += [text[last : one.start], _stars(one)]
        last = one.end
    return "".join(pieces) + text[last:]


def _stars(one: Found) -> str:
    head, tail = _KEEP.get(one.kind, (0, 0))
    if one.kind is Kind.EMAIL:
        head, tail = 1, len(one.text) - one.text.index("@")
    if one.kind is Kind.ADDRESS:
        return re.sub(r"[0-9A-Za-z一二三四五六七八九十]", "*", one.text)
    hidden = max(0, len(one.text) - head - tail)
    return one.text[:head] + "*" * hidden + one.text[len(one.text) - tail :]


_ANY_DIGITS = re.compile(r"\d{3}")


def _candidates(text: str) -> Iterator[Found]:
    if _ANY_DIGITS.search(text):
        yield from _numbers(text)
        yield from _matches(Kind.PLATE, _PLATE, text)
        yield from _matches(Kind.ADDRESS, _ROOM, text)
    if "@" in text:
        yield from _matches(Kind.EMAIL, _EMAIL, text)
    yield from _names(text)


def _numbers(text: str) -> Iterator[Found]:
    for match in _LONG.finditer(text):
        kind = _long_number(re.sub("[ -]", "", match.group()))
        if kind:
            yield Found(kind, match.start(), match.end(), match.group())
    for match in _MOBILE.finditer(text):
        yield Found(Kind.PHONE, match.start(1), match.end(1), match.group(1))
    yield from _matches(Kind.PHONE, _LANDLINE, text)


def _long_number(digits: str) -> Kind | None:
    if len(digits) == 18 and _is_identity(digits):
        return Kind.IDENTITY
    if 16 <= len(digits) <= 19 and digits.isdecimal() and digits[0] in "3456" and luhn.is_valid(digits):
        return Kind.BANK_CARD
    return None


def _is_identity(digits: str) -> bool:
    try:
        ric.validate(digits.upper())
    except ValidationError:
        return False
    return True


def _matches(kind: Kind, pattern: re.Pattern[str], text: str) -> Iterator[Found]:
    for match in pattern.finditer(text):
        yield Found(kind, match.start(), match.end(), match.group())


def _names(text: str) -> Iterator[Found]:
    for match in _NAMED.finditer(text):
        if not _NOT_NAMES.search(match.group(1)):
            yield Found(Kind.NAME, match.start(1), match.end(1), match.group(1))
    yield from _matches(Kind.NAME, _HONORIFIC, text)
