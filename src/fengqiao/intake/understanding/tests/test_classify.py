"""Learning, calibration, splitting and files, on small invented messages."""

import datetime as dt
import io
import json

import numpy as np
import pytest

from fengqiao.intake.understanding import classify, commands, evaluation, features, starter
from fengqiao.intake.understanding.classify import Example

WORDS = {
    "暖气": ["暖气不热", "家里很冷", "供暖太晚", "室温只有十三度", "热力公司不来"],
    "停车": ["停车位被占", "车库收费高", "路边乱停车", "地锁占车位", "停车费涨价"],
    "工资": ["老板拖欠工资", "三个月没发工钱", "包工头跑了", "工资条不对", "扣发奖金"],
}
EXAMPLES = [
    Example(f"{words[one % 5]}第{one}次", f"{words[(one + 2) % 5]}，{words[(one + 3) % 5]}，请处理{one * 37}号", label)
    for label, words in WORDS.items()
    for one in range(24)
]


@pytest.fixture(scope="module")
def model():
    return classify.train(EXAMPLES, version="test-1")


def test_it_learns(model):
    assert model.predict("", "我家暖气不热").label == "暖气"
    assert model.predict("老板不发工钱", "").label == "工资"


def test_the_second_choice_is_another_label_and_shares_are_probabilities(model):
    prediction = model.predict("停车位被占", "")
    assert prediction.second != prediction.label
    assert 0 <= prediction.second_share <= prediction.share <= 1
    assert np.allclose(model.shares([("停车", "")]).sum(axis=1), 1.0, atol=1e-5)


def test_the_words_that_spoke_are_quoted_from_the_message(model):
    title, text = "请帮忙", "我们老板拖欠工资三个月了"
    for word, span in model.explain(title, text, "工资"):
        assert {"title": title, "text": text}[span.part][span.start : span.end] == word
    assert any("工资" in word or "拖欠" in word for word, _ in model.explain(title, text, "工资"))


def test_training_twice_gives_the_same_model(model):
    again = classify.train(EXAMPLES, version="test-1")
    assert np.array_equal(again.shares([("车位", "")]), model.shares([("车位", "")]))


def test_a_saved_model_answers_alike_and_needs_no_pickle(model, tmp_path):
    path = classify.save(model, tmp_path)
    loaded = classify.load(path.with_suffix(".json"))
    messages = [(one.title, one.text) for one in EXAMPLES[:20]]
    assert [one.label for one in loaded.predict_many(messages)] == [one.label for one in model.predict_many(messages)]
    assert json.loads(path.with_suffix(".json").read_text())["version"] == "test-1"


def test_a_damaged_file_is_refused(model, tmp_path):
    path = classify.save(model, tmp_path)
    path.write_bytes(path.read_bytes()[:-9] + b"something")
    with pytest.raises(ValueError, match="damaged"):
        classify.load(path.with_suffix(".json"))


def test_nobody_can_read_a_message_out_of_the_model_file(model, tmp_path):
    content = classify.save(model, tmp_path).read_bytes()
    assert "拖欠".encode() not in content
    assert "拖欠".encode("utf-32-le") not in content


def test_copies_never_stand_on_both_sides_of_a_split():
    letter = (
        "我们小区三号楼从十一月开始暖气就一直不热，找了物业很多次都没有人来处理，老人孩子都冻病了，请领导关心一下。"
    )
    copies = [Example("", letter + f"第{one}封", "暖气") for one in range(8)]
    fold = classify.split([*EXAMPLES, *copies], 4)
    assert len(set(fold[len(EXAMPLES) :])) == 1
    assert np.bincount(fold).min() >= 10


def test_two_labels_are_enough_and_one_is_refused():
    two = [one for one in EXAMPLES if one.label != "停车"]
    assert classify.train(two, version="two").predict("暖气不热", "").label == "暖气"
    with pytest.raises(ValueError, match="two labels"):
        classify.train([one for one in EXAMPLES if one.label == "停车"], version="one")


def test_an_empty_message_gets_an_answer(model):
    assert model.predict("", "").label in WORDS


def test_batches_and_single_grams_agree():
    one, two = "暖气不热", "停车"
    both = features.grams([one, two], lengths=(1, 2), bits=20)
    alone = features.grams([two], lengths=(1, 2), bits=20)
    assert np.array_equal(both.columns[both.starts[1] :], alone.columns)


def test_full_width_and_blanks_do_not_matter():
    assert features.plain("Ａ１ 楼\n漏水") == "a1楼漏水"


def test_the_card_counts_right():
    shares = np.array([[0.9, 0.1, 0.0], [0.4, 0.5, 0.1], [0.2, 0.3, 0.5], [0.6, 0.3, 0.1]], np.float32)
    card = evaluation.scores(["a", "b", "c"], shares, np.array([0, 0, 2, 0]))
    assert card["accuracy"] == 0.75
    assert card["top_2"] == 1.0
    assert card["classes"][0] == {"label": "a", "messages": 3, "precision": 1.0, "recall": 0.6667, "f1": 0.8}
    assert card["macro_f1"] == pytest.approx((0.8 + 0 + 1) / 3, abs=1e-4)
    assert [row["percent"] for row in card["coverage"]] == [100, 90, 80, 70]


def test_a_label_the_model_never_saw_counts_as_wrong(model):
    card = evaluation.evaluate(model, [Example("暖气不热", "", "暖气"), Example("跳广场舞", "", "噪声")])
    assert card["accuracy"] == 0.5
    assert card["unknown_labels"] == ["噪声"]
    assert card["macro_f1"] <= 0.5


def write(path, rows, header="title,text,label"):
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_files_may_have_more_columns_or_no_text(tmp_path):
    full = write(tmp_path / "full.csv", ["1,暖气不热,冷,暖气,x", "2,,,,y"], "row,title,text,label,more")
    assert commands.read(full) == [Example("暖气不热", "冷", "暖气")]
    titles = write(tmp_path / "titles.csv", ["停车难,停车"], "title,label")
    assert commands.read(titles) == [Example("停车难", "", "停车")]


def test_a_file_without_labels_is_refused_with_what_is_missing(tmp_path):
    with pytest.raises(commands.BadFile, match="label"):
        commands.read(write(tmp_path / "bad.csv", ["a,b"], "title,text"))


def test_corrections_win_over_what_was_learned():
    examples = [Example("暖气不热", "", "停车"), Example("车位", "", "停车")]
    merged = commands.with_corrections(examples, [("暖气不热", "", "暖气"), ("工钱", "没发", "工资")])
    assert sorted(merged) == sorted(
        [Example("车位", "", "停车"), Example("暖气不热", "", "暖气"), Example("工钱", "没发", "工资")]
    )


def test_kept_corrections_are_learned_in_the_words_of_the_file():
    examples = [Example("a", "", "housing"), Example("b", "", "供暖")]
    kept = [
        ("漏水", "", ("housing.leak", "渗漏", "housing", "住房")),
        ("冷", "", ("x.y", "供暖")),
        ("税", "", ("tax",)),
    ]
    assert commands.in_words_of(examples, kept) == [("漏水", "", "housing"), ("冷", "", "供暖")]


def test_train_and_evaluate_from_files(tmp_path):
    rows = [f"{one.title},{one.text.replace(',', '，')},{one.label}" for one in EXAMPLES]
    file = write(tmp_path / "train.csv", rows)
    out, day = io.StringIO(), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    path = commands.train({"file": file}, folder=tmp_path / "models", at=day, out=io.StringIO())
    assert classify.load(path.with_suffix(".json")).predict("暖气不热", "").label == "暖气"
    card = commands.evaluate({"train": file, "test": file, "json": True}, out=out)
    assert json.loads(out.getvalue())["macro_f1"] == card["macro_f1"]


def test_the_starter_set_is_ours_and_says_so():
    texts = [one.text for one in starter.examples()]
    assert len(texts) == len(set(texts)) >= 300
    assert starter.version().startswith("starter-")
