"""Ways out of the house: e-mail, SMS, work chat. One protocol, chosen by settings.NOTIFY_PORTS, one contract test."""

from __future__ import annotations

import json
import logging
import os
import smtplib
from pathlib import Path
from typing import Protocol

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
        import apprise  # a third of a second, needed by few installations

        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would log addresses that carry secrets
        room = apprise.Apprise()
        if address.split("://", 1)[0] not in settings.CHAT_SERVICES or not room.add(address):
            raise DeliveryError("not a chat address", is_final=True)
        if not room.notify(title=title, body=text):
            raise DeliveryError("the chat service did not take it")


def masked(address: str) -> str:
    """ "13812340421" → "138****0421"; anything short shows its last two signs."""
    return f"{address[:3]}****{address[-4:]}" if len(address) >= 11 else f"****{address[-2:]}"


def port(channel: str) -> Port:
    made: Port = import_string(settings.NOTIFY_PORTS[channel])()
    return made
