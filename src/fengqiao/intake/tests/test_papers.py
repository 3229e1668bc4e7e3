"""The receipt and the poster: one page each, both languages, readable text, the right address in the code."""

import io

import pytest
from pypdf import PdfReader

from fengqiao.intake import papers
from fengqiao.kernel import documents

RECEIPT = {
    "number": "01226-0004827-3",
    "code": "402817",
    "url": "https://fengqiao.example/f/01226-0004827-3",
    "received": "4月30日（周四）16:50",
    "promise": "5月7日（周四）下班前答复您",
    "organisation": "岚台区社会治理中心",
}
POSTER = {"place": "柳岸社区 3号楼", "url": "https://fengqiao.example/q/7KD2", "promise": "两个工作日内答复您。"}


@pytest.fixture
def coded(monkeypatch) -> list[str]:
    """What was put into QR codes."""
    seen: list[str] = []
    real = documents.qr_svg
    monkeypatch.setattr(documents, "qr_svg", lambda text, **more: seen.append(text) or real(text, **more))
    return seen


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text().replace("\n", "").replace(" ", "") for page in PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("large", [False, True])
def test_the_receipt_says_number_code_promise_and_three_ways(language, large, coded) -> None:
    (text,) = pages(papers.receipt(**RECEIPT, language=language, large=large))
    for part in ("01226-0004827-3", "402817", RECEIPT["promise"], "12368", "110"):
        assert part in text
    assert coded == [RECEIPT["url"]]


def test_large_type_is_twenty_two_points() -> None:
    sizes: list[float] = []
    reader = PdfReader(io.BytesIO(papers.receipt(**RECEIPT, large=True)))
    reader.pages[0].extract_text(visitor_text=lambda text, cm, tm, font, size: text.strip() and sizes.append(size))
    assert max(set(sizes), key=sizes.count) == 22


def test_a_receipt_may_do_without_a_code() -> None:
    (text,) = pages(papers.receipt(**{**RECEIPT, "code": ""}))
    assert "（请收好" not in text


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("size", "width"), [("a4", 595), ("a3", 842)])
def test_the_poster_names_the_place_and_the_ways_without_a_phone(language, size, width, coded) -> None:
    made = papers.poster(**POSTER, language=language, size=size)
    (text,) = pages(made)
    for part in ("柳岸社区3号楼", "12345", "12368", "12356", "110", "fengqiao.example/q/7KD2"):
        assert part in text
    assert coded == [POSTER["url"]]
    assert round(PdfReader(io.BytesIO(made)).pages[0].mediabox.width) == width


@pytest.mark.parametrize("place", ["石景山区八角街道八角北里社区居民委员会第十二网格 12号楼 3单元", "A" * 60])
def test_a_long_place_name_stays_on_one_page(place) -> None:
    assert len(pages(papers.poster(**{**POSTER, "place": place}))) == 1
    assert len(pages(papers.receipt(**{**RECEIPT, "organisation": place}, large=True))) == 1
