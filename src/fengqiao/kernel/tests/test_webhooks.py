"""Webhooks arrive signed and once, come again when refused, and never knock at inner doors."""

import datetime as dt
import hashlib
import hmac
import http.server
import json
import socket
import threading

import pytest

from fengqiao.kernel import webhooks
from fengqiao.kernel.clock import CHINA, standing_at
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import Event, Webhook, WebhookDelivery
from fengqiao.kernel.testing import run_jobs

AT = dt.datetime(2026, 4, 30, 16, 50, tzinfo=CHINA)
pytestmark = pytest.mark.django_db


class Receiver(http.server.BaseHTTPRequestHandler):
    """Another system on this machine."""

    got: list[tuple[dict[str, str], bytes]] = []
    answers: list[int] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.got.append((dict(self.headers), body))
        status = Receiver.answers.pop(0) if Receiver.answers else 204
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args) -> None:
        pass


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_LOOPBACK = True
    Receiver.got, Receiver.answers = [], []
    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook?a=1"
    server.shutdown()
    server.server_close()


def subscribed(url, organisation_id=5, kinds=("contact.received",)):
    return webhooks.subscribe(organisation_id=organisation_id, url=url, kinds=kinds, at=AT)


def happened(kind="contact.received") -> Event:
    facts = {"number": "01226-0004827-3", "channel": "hotline"}
    return Event.objects.create(kind=kind, subject="01226-0004827-3", actor="member:1", at=AT, facts=facts)


def offered(event: Event, organisations=(5,)) -> None:
    webhooks.deliver(event, organisations=organisations, at=AT)
    with standing_at(AT):
        run_jobs()


def test_an_event_arrives_signed(receiver) -> None:
    _, secret = subscribed(receiver)
    event = happened()
    offered(event)
    ((headers, body),) = Receiver.got
    told = json.loads(body)
    assert told.pop("facts") == event.facts
    assert told == {"id": event.pk, "kind": "contact.received", "subject": event.subject, "at": AT.isoformat()}
    stamp, sent = (part.split("=", 1)[1] for part in headers["Fengqiao-Signature"].split(","))
    wanted = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(sent, wanted) and int(stamp) == int(AT.timestamp())
    assert headers["Fengqiao-Event"] == "contact.received"
    assert headers["Fengqiao-Delivery"] == str(WebhookDelivery.objects.get().pk)
    assert headers["Host"].startswith("127.0.0.1:")
    assert WebhookDelivery.objects.get().state == "sent"


def test_the_secret_lies_sealed(receiver) -> None:
    from django.db import connection

    _, secret = subscribed(receiver)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM kernel_webhook")
        assert secret not in cursor.fetchone()[0]


def test_only_the_organisations_and_kinds_concerned_hear(receiver) -> None:
    subscribed(receiver)
    subscribed(receiver, organisation_id=6)
    subscribed(receiver, kinds=("contact.closed",))
    Webhook.objects.create(
        organisation_id=5, url=receiver, secret="s", events=["contact.received"], made_at=AT, is_active=False
    )
    offered(happened())
    assert len(Receiver.got) == 1
    offered(happened("contact.secret"))
    assert len(Receiver.got) == 1


def test_offering_twice_delivers_once(receiver) -> None:
    subscribed(receiver)
    event = happened()
    offered(event)
    offered(event)
    assert len(Receiver.got) == 1


@pytest.mark.parametrize("answer", [500, 404, 302])
def test_a_refused_event_comes_again(receiver, answer) -> None:
    subscribed(receiver)
    Receiver.answers = [answer, answer]
    offered(happened())
    row = WebhookDelivery.objects.get()
    assert (row.state, row.tries, len(Receiver.got)) == ("sent", 3, 3)


def test_after_eight_tries_the_failure_is_visible(receiver) -> None:
    subscribed(receiver)
    Receiver.answers = [503] * 20
    event = happened()
    offered(event)
    row = WebhookDelivery.objects.get()
    assert (row.state, row.tries, row.last_error) == ("failed", webhooks.TRIES, "HTTP 503")
    assert Event.objects.get(kind="webhook.failed").facts["event_id"] == event.pk


def test_the_pauses_grow_fourfold(receiver) -> None:
    subscribed(receiver)
    Receiver.answers = [503] * 20
    (row,) = webhooks.deliver(happened(), organisations=[5], at=AT)
    seen = []
    for _ in range(7):
        with standing_at(AT):
            webhooks.send(delivery_id=row.pk)
        row.refresh_from_db()
        seen.append((row.due_at - AT).total_seconds())
    assert seen == [30, 120, 480, 1920, 7680, 30720, 122880]


def test_gone_ends_the_subscription(receiver) -> None:
    subscribed(receiver)
    Receiver.answers = [410]
    offered(happened())
    assert WebhookDelivery.objects.get().state == "failed"
    assert not Webhook.objects.get().is_active


def test_nobody_at_home_is_a_failed_try_not_an_error(settings) -> None:
    settings.WEBHOOK_LOOPBACK = True
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        subscribed(f"http://127.0.0.1:{closed.getsockname()[1]}/")
        offered(happened())
    assert WebhookDelivery.objects.get().last_error == "ConnectError"


def test_a_lost_job_is_replaced(receiver) -> None:
    subscribed(receiver)
    webhooks.deliver(happened(), organisations=[5], at=AT - dt.timedelta(hours=1))
    assert webhooks.rescue(at=AT) == 1
    assert webhooks.rescue(at=AT) == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.216.34/", "https://127.0.0.1/", "https://localhost/", "https://10.1.2.3/", "https://192.168.1.1/",
        "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data", "https://100.64.0.1/", "https://0.0.0.0/",
        "https://[::1]/", "https://[fe80::1]/", "https://[fc00::1]/", "https://[::ffff:127.0.0.1]/",
        "https://[2002:7f00:1::]/", "https://224.0.0.1/", "https://2130706433/", "https://0x7f.1/",
        "https://user:pw@93.184.216.34/", "ftp://93.184.216.34/", "file:///etc/passwd",
        "https://", "https://a:99999/", "x",
    ],
)  # fmt: skip
def test_inner_and_odd_addresses_are_refused(url) -> None:
    with pytest.raises(Refused) as refused:
        subscribed(url)
    assert refused.value.code == "webhook.address"


def test_a_name_that_moves_inside_later_is_not_followed(monkeypatch) -> None:
    meaning = ["93.184.216.34"]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, **more: [(2, 1, 6, "", (one, port)) for one in meaning]
    )
    subscribed("https://hook.example/")
    meaning[:] = ["93.184.216.34", "10.0.0.1"]
    (row,) = webhooks.deliver(happened(), organisations=[5], at=AT)
    with standing_at(AT):
        webhooks.send(delivery_id=row.pk)
    row.refresh_from_db()
    assert row.last_error == "the address is not public https"


def test_the_call_goes_to_the_checked_address_under_the_old_name(monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, **more: [(2, 1, 6, "", ("93.184.216.34", port))])
    assert webhooks._target("https://hook.example:8443/a?b=c") == (
        "https://93.184.216.34:8443/a?b=c",
        "hook.example:8443",
    )
