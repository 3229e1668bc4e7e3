"""A port for tests: keeps what was sent, and fails when told to. Passes the same contract test as the real ones."""

from __future__ import annotations

import dataclasses

from fengqiao.kernel.notify.ports import DeliveryError


@dataclasses.dataclass(frozen=True)
class Message:
    address: str
    title: str
    text: str
    reference: str


class Fake:
    """`failures` counts down: so many sends fail first. `is_final` makes them hopeless."""

    sent: list[Message] = []
    failures = 0
    is_final = False

    def send(self, *, address: str, title: str, text: str, reference: str) -> None:
        if Fake.failures > 0:
            Fake.failures -= 1
            raise DeliveryError("planted failure", is_final=Fake.is_final)
        Fake.sent.append(Message(address, title, text, reference))

    @staticmethod
    def reset() -> None:
        Fake.sent, Fake.failures, Fake.is_final = [], 0, False
