"""Copies share a band; the same story in other words shares n-grams."""

from fengqiao.intake.understanding.similar import Copies, Issues, fingerprint, fingerprints, issue_key

LETTER = (
    "尊敬的领导，我们是晨光家园的业主。去年十一月以来三号楼的暖气一直不热，室温只有十三度，"
    "我们找过物业七次，找过热力公司三次，都说要等统一改造。家里有老人和孩子，请尽快派人来看一看，谢谢。"
)


def test_a_copy_has_the_same_fingerprint_whatever_the_blanks():
    assert fingerprint("", LETTER) == fingerprint("另一个题目", LETTER.replace("。", "。\n "))


def test_a_near_copy_is_found_and_another_letter_is_not():
    copies = Copies()
    copies.add("first", fingerprint("", LETTER))
    copies.add("other", fingerprint("", "停车场收费太高，而且没有发票，请物价部门管一管这家停车公司。"))
    near = copies.find(fingerprint("", LETTER.replace("七次", "八次").replace("谢谢", "多谢")))
    assert [one.key for one in near] == ["first"]
    assert near[0].likeness > 0.7


def test_bands_fit_a_signed_column():
    bands = fingerprint("", LETTER).bands
    assert len(bands) == 16
    assert all(-(2**63) <= band < 2**63 for band in bands)


def test_batches_and_single_messages_agree():
    messages = [("", LETTER), ("短", ""), ("", ""), ("停水", "没水")]
    assert fingerprints(messages) == [fingerprint(*message) for message in messages]


def test_the_same_story_in_other_words_is_a_candidate():
    known = [
        (1, "a", "晨光家园三号楼暖气不热", "室温十三度"),
        (2, "a", "停车费太高", "一小时二十元"),
        (3, "b", "晨光家园暖气不热没人管", "找物业没有用"),
    ]
    issues = Issues(known)
    assert [one.key for one in issues.find("晨光家园暖气不热", "家里很冷")] in ([1, 3], [3, 1])
    assert [one.key for one in issues.find("晨光家园暖气不热", "家里很冷", window="b")] == [3]


def test_issues_grow():
    issues = Issues()
    assert issues.find("暖气不热", "") == []
    issues.add_many([(one, "", f"第{one}路公交车等不来", "") for one in range(20)])
    issues.add_many([(99, "", "晨光家园暖气不热", "冷")])
    assert [one.key for one in issues.find("晨光家园暖气不热", "冷")] == [99]


def test_a_window_needs_a_place():
    assert issue_key("12", "utilities.heating.none") == "12|utilities.heating.none"
    assert issue_key("", "utilities.heating.none") == ""
