"""Ways out of the house: e-mail, SMS, work chat. One protocol, chosen by settings.NOTIFY_PORTS, one contract test."""

from __future__ import annotations

import json
import logging
import os
import re
import smtplib
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from fengqiao.kernel import clock


class DeliveryError(Exception):
    """It did not go out. The text never holds the address. `is_final`: trying again cannot help."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


class Port(Protocol):
    """Sends one message, or raises DeliveryError. `reference` stays the same at every try: providers drop repeats."""

    def send(self, *, address: str, title: str, text: str, reference: str) -> None: ...


class Email:
    """Django's e-mail backend."""

    def send(self, *, address: str, title: str, text: str, reference: str) -> None:
        host = settings.SITE_URL.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]
        message = EmailMessage(title, text, to=[address], headers={"Message-ID": f"<{reference}@{host}>"})
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused as error:
            raise DeliveryError("the mail server refused the address", is_final=True) from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise DeliveryError(type(error).__name__) from error


class FileSink:
    """SMS by default: one JSON line each in FENGQIAO_HOME/outbox/sms.log, the number masked. A model for real ones."""

    def send(self, *, address: str, title: str, text: str, reference: str) -> None:
        path = Path(settings.HOME) / "outbox" / "sms.log"
        line = {"at": clock.now().isoformat(), "to": masked(address), "text": text, "reference": reference}
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise DeliveryError(type(error).__name__) from error


class Chat:
    """WeCom, DingTalk, Feishu: the address is an apprise URL with its token, of a service in settings.CHAT_SERVICES."""

    def send(self, *, address: str, title: str, text: str, reference: str) -> None:
        room = _room(address)
        if room is None:
            raise DeliveryError("not a chat address", is_final=True)
        if not room.notify(title=title, body=text):
            raise DeliveryError("the chat service did not take it")


def _room(address: str) -> Any:
    """Apprise's room of one address, or None when it is none of ours."""
    import apprise  # a third of a second, needed by few installations

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would log addresses that carry secrets
    room = apprise.Apprise()
    known = address.split("://", 1)[0] in settings.CHAT_SERVICES
    return room if known and room.add(address) else None


_COPIED = (
    (re.compile(r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([\w-]+)"), "wecombot"),
    (re.compile(r"https://oapi\.dingtalk\.com/robot/send\?access_token=([\w-]+)"), "dingtalk"),
    (re.compile(r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([\w-]+)/?"), "feishu"),
    (re.compile(r"https://open\.larksuite\.com/open-apis/bot/v2/hook/([\w-]+)/?"), "lark"),
)
"""Addresses as the group robots of the work chats show them to be copied, and the service each is of."""


def chat_address(text: str) -> str:
    """The address of a group chat in our one form: what a robot shows to be copied, or an apprise URL.

    Result: an apprise URL of a service in settings.CHAT_SERVICES. Raises ValueError for anything else; only hosts of
    these services are ever called.
    """
    typed = text.strip()
    for pattern, service in _COPIED:
        if match := pattern.fullmatch(typed):
            typed = f"{service}://{match[1]}/"
    if re.search(r"\s", typed) or _room(typed) is None:
        raise ValueError("not a chat address")
    return typed


def chat_hint(address: str) -> tuple[str, str]:
    """What may be shown of a chat address: its service and the last four signs of its token. Result: ("", "") of none.

    "dingtalk://secret@a1b2c3d4/" → ("dingtalk", "****c3d4").
    """
    service, _, rest = address.partition("://")
    token = rest.split("?", 1)[0].rpartition("@")[2].split("/", 1)[0]
    return (service, f"****{token[-4:] if len(token) >= 12 else ''}") if address else ("", "")


def masked(address: str) -> str:
    """ "13812340421" → "138****0421"; anything short shows its last two signs."""
    return f"{address[:3]}****{address[-4:]}" if len(address) >= 11 else f"****{address[-2:]}"


def port(channel: str) -> Port:
    made: Port = import_string(settings.NOTIFY_PORTS[channel])()
    return made
