"""One contract for every way out: it sends once and whole, or says so without giving the address away."""

import http.server
import json
import smtplib
import threading

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from fengqiao.kernel.notify import ports
from fengqiao.kernel.notify.fake import Fake

TEXT = "编号01226-0004827-3已有答复，请看 https://fengqiao.example/f/1 & “引号”"


class Refusing(EmailBackend):
    def send_messages(self, messages):
        raise smtplib.SMTPServerDisconnected(f"lost while sending to {messages[0].to}")


class Room(http.server.BaseHTTPRequestHandler):
    """A chat service on this machine."""

    got: list[str] = []
    status = 200

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.status == 200:
            Room.got.append(body["message"])
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *args) -> None:
        pass


class EmailCase:
    port, address = ports.Email(), "chen@example.cn"

    def __init__(self, settings, tmp_path) -> None:
        self.settings = settings

    def spoil(self) -> None:
        self.settings.EMAIL_BACKEND = f"{__name__}.Refusing"

    def sent(self) -> list[str]:
        return [message.body for message in mail.outbox]


class SinkCase:
    port, address = ports.FileSink(), "13812340421"

    def __init__(self, settings, tmp_path) -> None:
        self.home, settings.HOME = tmp_path, tmp_path

    def spoil(self) -> None:
        (self.home / "outbox").write_text("a file where the folder should be")

    def sent(self) -> list[str]:
        path = self.home / "outbox" / "sms.log"
        assert path.stat().st_mode & 0o777 == 0o600
        assert self.address not in path.read_text()
        return [json.loads(line)["text"] for line in path.read_text().splitlines()]


class ChatCase:
    port = ports.Chat()

    def __init__(self, settings, tmp_path) -> None:
        Room.got, Room.status = [], 200
        settings.CHAT_SERVICES = ["json"]
        self.server = http.server.HTTPServer(("127.0.0.1", 0), Room)
        self.address = f"json://127.0.0.1:{self.server.server_port}/secret-token"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def spoil(self) -> None:
        Room.status = 500

    def sent(self) -> list[str]:
        return Room.got

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class FakeCase:
    port, address = Fake(), "13812340421"

    def __init__(self, settings, tmp_path) -> None:
        Fake.reset()

    def spoil(self) -> None:
        Fake.failures = 1

    def sent(self) -> list[str]:
        return [message.text for message in Fake.sent]


@pytest.fixture(params=[EmailCase, SinkCase, ChatCase, FakeCase])
def case(request, settings, tmp_path):
    made = request.param(settings, tmp_path)
    yield made
    if hasattr(made, "close"):
        made.close()


def send(case) -> None:
    case.port.send(address=case.address, title="有答复了", text=TEXT, reference="fq-notice-1")


def test_a_message_goes_out_once_and_whole(case) -> None:
    send(case)
    assert case.sent() == [TEXT]


def test_a_failure_is_said_by_its_name_and_without_the_address(case) -> None:
    case.spoil()
    with pytest.raises(ports.DeliveryError) as failed:
        send(case)
    assert str(failed.value)
    assert case.address not in str(failed.value) and "token" not in str(failed.value)
    assert not failed.value.is_final


@pytest.mark.parametrize("address", ["nonsense", "json://127.0.0.1/", "file:///etc/passwd", "wecombot://"])
def test_an_impossible_chat_address_is_final(address) -> None:
    with pytest.raises(ports.DeliveryError) as failed:
        ports.Chat().send(address=address, title="t", text="x", reference="r")
    assert failed.value.is_final


@pytest.mark.parametrize(
    "url", ["wecombot://botkey", "dingtalk://token1234/", "feishu://token12345", "lark://token123"]
)
def test_the_work_chats_of_the_country_are_known(url, settings) -> None:
    import apprise

    assert url.split(":")[0] in settings.CHAT_SERVICES
    assert apprise.Apprise().add(url)


def test_every_port_of_the_settings_can_be_made(settings) -> None:
    for channel in settings.NOTIFY_PORTS:
        assert hasattr(ports.port(channel), "send")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=ab-12", "wecombot://ab-12/"),
        ("https://oapi.dingtalk.com/robot/send?access_token=a1b2c3", "dingtalk://a1b2c3/"),
        (" https://open.feishu.cn/open-apis/bot/v2/hook/ab-12-cd ", "feishu://ab-12-cd/"),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/ab-12-cd", "lark://ab-12-cd/"),
        ("dingtalk://secret@a1b2c3/", "dingtalk://secret@a1b2c3/"),
    ],
)
def test_an_address_copied_from_a_group_robot_is_understood(typed, kept) -> None:
    assert ports.chat_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "nonsense", "json://127.0.0.1/x", "https://example.org/?key=1", "wecombot://", "feishu://a b",
     "https://qyapi.weixin.qq.com.example.org/cgi-bin/webhook/send?key=1", "mailto://x:y@z.com"],
)  # fmt: skip
def test_any_other_address_is_no_chat(typed) -> None:
    with pytest.raises(ValueError, match="not a chat"):
        ports.chat_address(typed)


def test_of_a_chat_address_only_its_end_is_shown() -> None:
    assert ports.chat_hint("dingtalk://secret@a1b2c3d4e5f6/?x=1") == ("dingtalk", "****e5f6")
    assert ports.chat_hint("lark://short/") == ("lark", "****")
    assert ports.chat_hint("") == ("", "")
