"""Papers people take home or pass on the stairs: the receipt and the poster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fengqiao.kernel import documents

PHONES = {
    "zh": (("12345", "政务服务便民热线"), ("12368", "法院诉讼服务热线"), ("12356", "心理援助热线")),
    "en": (("12345", "City service line"), ("12368", "Court service line"), ("12356", "Mental health line")),
}


def receipt(
    *, number: str, code: str, url: str, received: str, promise: str, organisation: str, language: str = "zh",
    large: bool = False, phone: str = "12368",
) -> bytes:  # fmt: skip
    """The receipt as PDF: A5, or A4 in 22-point type. `url` is the follow page without the code.

    It holds nothing of what was said, so that it may lie on a table.
    """
    return documents.pdf(
        "intake/receipt",
        {
            "language": _short(language), "large": large, "number": number, "code": code, "received": received,
            "promise": promise, "organisation": organisation, "phone": phone, "qr": documents.qr_svg(url, border=0),
        },
    )  # fmt: skip


def poster(*, place: str, url: str, promise: str, language: str = "zh", size: str = "a4") -> bytes:
    """The poster of one place as PDF, A4 or A3. `url` opens the form with the place filled in."""
    return _posters([{"place": place, "url": url}], promise=promise, language=language, size=size)


def posters(*, places: Sequence[Mapping[str, str]], language: str = "zh", size: str = "a4") -> bytes:
    """One poster a page for every place ("place": name, "url": what its code opens), as one PDF."""
    return _posters(places, promise=PROMISE[_short(language)], language=language, size=size)


def _posters(places: Sequence[Mapping[str, str]], *, promise: str, language: str, size: str) -> bytes:
    assert size in {"a4", "a3"}, size
    short = _short(language)
    return documents.pdf(
        "intake/poster",
        {
            "language": short, "size": size, "promise": promise,
            "phones": [{"number": number, "name": name} for number, name in PHONES[short]],
            "posters": [
                {
                    "place": one["place"], "qr": documents.qr_svg(one["url"]),
                    "short_url": one["url"].removeprefix("https://").removeprefix("http://"),
                }
                for one in places
            ],
        },
    )  # fmt: skip


PROMISE = {
    "zh": "马上给您编号和查询码，2个工作日内答复；急事2小时内。",
    "en": "A number and a code at once, an answer within 2 working days; 2 hours in emergencies.",
}


def acceptance(
    *, number: str, title: str, organisation: str, done: str, done_on: str, until: str, url: str, language: str = "zh",
) -> bytes:  # fmt: skip
    """The acceptance form as one page of A4. `done`: what the office reports, written for the person."""
    return documents.pdf(
        "intake/acceptance",
        {
            "language": _short(language), "number": number, "title": title, "organisation": organisation,
            "done": done[:600], "done_on": done_on, "until": until, "qr": documents.qr_svg(url, border=0),
        },
    )  # fmt: skip


def _short(language: str) -> str:
    return "zh" if language.startswith("zh") else "en"
