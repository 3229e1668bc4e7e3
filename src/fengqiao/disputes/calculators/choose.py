"""Which calculator fits what somebody asks in their own words, and what of it can be filled in. By rule, never by guess.

A rule fires on words that are plainly about its sum; what is not said stays empty, and the person fills it in.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

Given = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Fitting:
    """A calculator with what the words say of its input; may not be enough to calculate."""

    name: str
    given: Given


EARNS = re.compile(r"(?:工资|收入|月薪|每月挣|一个月挣|月入)(?:只有|大概|大约|是|有|约)?\s*(\d+(?:\.\d+)?)\s*(万|千)?")
TWO_CHILDREN = re.compile(r"(?:两|二|俩|2)个?(?:个)?(?:孩子|小孩|宝宝|宝贝|儿子|女儿)|俩孩子|一儿一女")
AGE = re.compile(r"(?:孩子|小孩|儿子|女儿|女孩|男孩)(?:今年|现在|已经|也有|有|才|都)?\s*(\d{1,2})\s*(?:周)?岁")
SIZES = {"万": 10_000, "千": 1_000, "百": 100, None: 1, "": 1}


def yuan(found: re.Match[str] | None) -> str | None:
    """ "3.5万" → "35000"."""
    if found is None:
        return None
    value = round(float(found.group(1)) * SIZES[found.group(2)] * 100)
    return f"{value // 100}.{value % 100:02d}"


def _child_support(text: str) -> Given | None:
    if not re.search(r"抚养费|抚育费|扶养费", text) or "社会抚养费" in text:
        return None
    if not re.search(r"多少|联系|标准|怎么算|几|每月|一个月|提高|追加|给|出|付|要", text):
        return None
    given: Given = {"children": 2 if TWO_CHILDREN.search(text) else 1}
    if income := yuan(EARNS.search(text)):
        given["monthly_total_income"] = income
    if (age := AGE.search(text)) and text.count("岁") == 1:  # with several, nobody knows whose and when
        given["child_age"] = int(age.group(1))
    return given


def _arrears(text: str) -> Given | None:
    """Unpaid support, and support of parents: until when it may be asked."""
    unpaid = re.search(
        r"(?:没|不|未)(?:有)?(?:再)?(?:给|付|出|拿)(?:过)?.{0,6}(?:抚养费|抚育费|赡养费)|抚养费.{0,4}(?:没|不|未)(?:有)?(?:给|付)",
        text,
    )
    parents = re.search(r"赡养费", text)
    return {"kind": "child_support_arrears"} if unpaid or parents else None


def _divorce_fee(text: str) -> Given | None:
    asks = re.search(r"诉讼费|起诉费|受理费|(?:要|需要|得|花)(?:花)?多少(?:钱|费用)|多钱|收费|费用", text)
    if not asks or not re.search(r"离婚", text) or not re.search(r"起诉|法院|官司|诉讼|打离婚", text):
        return None
    property_ = re.search(r"财产(?:有|共|总共|大概|约)?\s*(\d+(?:\.\d+)?)\s*(万|千)?", text)
    return {"kind": "divorce", "property": yuan(property_) or "0"}


def _property_fee_of_court(text: str) -> Given | None:
    if not re.search(r"诉讼费|受理费|起诉费", text) or "离婚" in text:
        return None
    amount = re.search(r"(\d+(?:\.\d+)?)\s*(万|千)", text)
    return {"kind": "property", **({"claim": yuan(amount)} if amount else {})}


def _loan(text: str) -> Given | None:
    if re.search(r"银行|房贷|按揭|车贷|信用社|贷款公司", text):
        return None
    if not re.search(r"借条|欠条|借款|借钱|高利贷|民间借贷|借给", text) or not re.search(
        r"利息|利率|月息|高利贷|还", text
    ):
        return None
    amount = re.search(r"(?:借|欠)(?:了|我|他|款|给他|给)*\s*(\d+(?:\.\d+)?)\s*(万|千)?", text)
    rate = re.search(r"年(?:利率|息)\s*(\d+(?:\.\d+)?)\s*%", text)
    monthly = re.search(r"月息\s*(\d+(?:\.\d+)?)\s*分|月利率\s*(\d+(?:\.\d+)?)\s*%", text)
    given: Given = {"principal": yuan(amount)} if amount else {}
    if rate:
        given["agreed_percent"] = rate.group(1)
    elif monthly:
        given["agreed_percent"] = f"{float(monthly.group(1) or monthly.group(2)) * 12:g}"
    return given


def _words(name: str, pattern: str, given: Given | None = None) -> tuple[str, Callable[[str], Given | None]]:
    compiled = re.compile(pattern)
    return name, lambda text: dict(given or {}) if compiled.search(text) else None


RULES: tuple[tuple[str, Callable[[str], Given | None]], ...] = (
    ("child_support", _child_support),
    ("limitation", _arrears),
    ("litigation_fee", _divorce_fee),
    ("litigation_fee", _property_fee_of_court),
    ("loan_interest", _loan),
    _words("limitation", r"诉讼时效|过了?时效|超过三年", {"kind": "general"}),
    _words("limitation", r"劳动仲裁.{0,8}(?:时效|多久|期限)", {"kind": "labour_arbitration"}),
    _words("labour_pay", r"双倍工资|没(?:有)?签(?:订)?(?:劳动)?合同|未签(?:订)?劳动合同", {"kind": "double_wage"}),
    _words("severance", r"辞退|开除|解雇|经济补偿|裁员|解除劳动合同"),
    _words("labour_pay", r"(?:拖欠|欠|不发|不给|没发).{0,4}工资", {"kind": "wage_arrears_extra"}),
    _words("work_injury", r"工伤|上班.{0,6}(?:受伤|摔|砸)"),
    _words("compulsory_insurance", r"交通事故|车祸|被车撞|交强险"),
    _words("personal_injury", r"(?:打伤|伤残|轻伤|轻微伤|误工费|护理费|医疗费).{0,20}(?:赔|多少)"),
    _words("consumer", r"退一赔三|三倍赔偿|买到假|假货|消费欺诈"),
    _words("prepaid_refund", r"(?:会员卡|健身卡|预付卡|储值卡|年卡|次卡|课时|培训费|学费).{0,20}退"),
    _words("property_fee", r"物业费"),
    _words("preservation_fee", r"(?:财产保全|诉前保全).{0,10}(?:费|多少钱)"),
    _words("delay_interest", r"判决.{0,12}(?:不还|不给钱|拒不)|迟延履行"),
)


def fitting(text: str) -> list[Fitting]:
    """Every calculator whose rule the words meet, in the order of the rules."""
    found: list[Fitting] = []
    for name, rule in RULES:
        given = rule(text)
        if given is not None and name not in {one.name for one in found}:
            found.append(Fitting(name, given))
    return found
