"""证件号码校验: whether an identity number or a unified social credit code is well formed."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from stdnum.cn import ric, uscc

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Input, Variant, ask
from fengqiao.disputes.calculators.law import Law
from fengqiao.disputes.calculators.words import Words

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class CheckInput(Input):
    scheme: Literal["USCC", "RIN"] = ask(
        "哪种号码",
        "Kind of number",
        "USCC",
        choices={
            "USCC": ("统一社会信用代码", "Unified social credit code"),
            "RIN": ("公民身份号码", "Resident identity number"),
        },
    )
    code: str = ask("号码", "Number", ...)
    made_up: bool = ask("虚构的号码", "A made-up number", False)


def calculate(given: CheckInput, law: Law) -> Result:
    """Nothing is stored or looked up. Basis: GB 32100-2015; GB 11714; GB 11643-1999."""
    answer = Answer()
    code = given.code.strip().upper()
    rule = law.rule(f"number.{given.scheme.lower()}", law.today)
    if given.scheme == "USCC":
        valid = uscc.is_valid(code)
        answer.value("valid", "flag", valid, "格式正确吗", "Well formed?")
        if valid:
            answer.value("organisation_part", "code", code[8:17], "组织机构代码部分", "Organisation part")
            answer.value(
                "organisation_check_ok", "flag", _organisation(code[8:17]), "组织机构代码校验", "Organisation check"
            )
        answer.step(
            "按国家标准的权数逐位相乘求和，与末位比较。",
            "Weighted sum by the standard, compared with the last character.",
            rule,
        )
        return answer.result()
    valid = ric.is_valid(code)
    answer.value("valid", "flag", valid, "格式正确吗", "Well formed?")
    answer.value("valid_after_upper", "flag", valid, "大写后正确吗", "Well formed in capitals?")
    if valid:
        born: dt.date = ric.get_birth_date(code)
        answer.value("birth", "date", born, "出生日期", "Born on")
        answer.value(
            "sex", "words", Words("女", "female") if int(code[16]) % 2 == 0 else Words("男", "male"), "性别", "Sex"
        )
    answer.step(
        "按国家标准的权数逐位相乘求和，与末位比较。",
        "Weighted sum by the standard, compared with the last character.",
        rule,
    )
    return answer.result()


def _organisation(part: str) -> bool:
    check = (11 - sum(weight * ALPHABET.index(sign) for weight, sign in zip(WEIGHTS, part, strict=False)) % 11) % 11
    return part[8] == ("X" if check == 10 else str(check))


CALCULATOR = Calculator(
    name="check_digit",
    title=Words("号码校验", "Number check"),
    lead=Words("信用代码、身份号码有没有写错一位。", "Whether a code or number has a slip in it."),
    group="community",
    icon="id",
    input=CheckInput,
    run=calculate,
    is_public=False,
    variants=(Variant("uscc", Words("统一社会信用代码", "Social credit code"), ("code",), {"scheme": "USCC"}),),
)
