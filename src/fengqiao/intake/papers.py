"""Papers people take home or pass on the stairs: the receipt and the poster."""

from __future__ import annotations

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
    assert size in {"a4", "a3"}, size
    short = _short(language)
    return documents.pdf(
        "intake/poster",
        {
            "language": short, "size": size, "place": place, "promise": promise,
            "short_url": url.removeprefix("https://").removeprefix("http://"),
            "phones": [{"number": number, "name": name} for number, name in PHONES[short]],
            "qr": documents.qr_svg(url),
        },
    )  # fmt: skip


def _short(language: str) -> str:
    return "zh" if language.startswith("zh") else "en"
