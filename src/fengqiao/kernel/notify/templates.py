"""Words of notices. Each context registers its own; a placeholder that could carry a person is refused at import."""

from __future__ import annotations

import dataclasses
import datetime as dt
import string
from collections.abc import Mapping

from fengqiao.kernel.clock import CHINA

PLACEHOLDERS = frozenset({"number", "code", "date", "link", "organisation", "count"})
"""All a notice may say: no name, no phone, no address, nothing of what was told."""

SECRETS = frozenset({"code"})
"""May be said too, on its way only: sealed until the notice is out, then wiped, and never shown in the app."""

CHANNELS = ("app", "email", "sms", "chat")
LANGUAGES = ("zh-hans", "en")


@dataclasses.dataclass(frozen=True)
class Wording:
    title: str
    text: str


@dataclasses.dataclass(frozen=True)
class Template:
    """One kind of notice. Urgent ones ignore quiet hours, opt-outs and the daily limit of messages."""

    key: str
    zh: Wording
    en: Wording
    is_urgent: bool = False
    channels: tuple[str, ...] = CHANNELS

    @property
    def placeholders(self) -> frozenset[str]:
        """What the context must hold."""
        texts = (self.zh.title, self.zh.text, self.en.title, self.en.text)
        return frozenset(name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name is not None)

    def filled(self, language: str, context: Mapping[str, str]) -> Wording:
        """The words in one language. A secret that is no longer there shows as dots; moments as people say them."""
        context = dict.fromkeys(SECRETS, "······") | dict(context) | {"date": told(context.get("date", ""), language)}
        words = self.en if language.startswith("en") else self.zh
        return Wording(words.title.format_map(context), words.text.format_map(context))


def told(date: str, language: str) -> str:
    """ "2026-11-28T10:34+08:00" → "11月28日（周六）10:34"; with its day and hour, for it may be read later."""
    if "T" not in date:
        return date
    here = dt.datetime.fromisoformat(date).astimezone(CHINA)
    words = "{0:%a} {0.day} {0:%b %H:%M}" if language.startswith("en") else "{0.month}月{0.day}日（周{1}）{0:%H:%M}"
    return words.format(here, "一二三四五六日"[here.weekday()])


_templates: dict[str, Template] = {}


def register(
    key: str, *, zh: tuple[str, str], en: tuple[str, str], is_urgent: bool = False, channels: tuple[str, ...] = CHANNELS
) -> Template:
    """Add one kind of notice: `zh` and `en` are (title, text). Called once, at import, by the context that owns it."""
    assert key not in _templates, key
    template = Template(key, Wording(*zh), Wording(*en), is_urgent, channels)
    odd = template.placeholders - PLACEHOLDERS - SECRETS
    assert not odd, f"{key}: {odd} may be personal"
    _templates[key] = template
    return template


def get(key: str) -> Template:
    return _templates[key]


def priority(key: str) -> int:
    """A sign-in code or an alarm overtakes what an import has queued. Lost words fail later, where it shows."""
    return 10 if key in _templates and _templates[key].is_urgent else 0


def every() -> list[Template]:
    return list(_templates.values())
