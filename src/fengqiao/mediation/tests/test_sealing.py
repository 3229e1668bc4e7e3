"""Seals: whole, time-stamped by a responder over HTTP, and trusted only when the issuer is."""

import http.server
import threading

import pytest

from fengqiao.mediation import papers, sealing
from fengqiao.mediation.papers import Sheet


@pytest.fixture
def pdf(settings, tmp_path):
    settings.SEALS = tmp_path
    return papers.pdf(Sheet("service", "1", "某委员会", (papers.text("一"),), "https://x.example/check/A/"))


class Responder(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        answer = sealing.responder_answer(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_words):
        pass


def test_a_seal_is_stamped_by_the_authority_that_is_configured(pdf, settings):
    with http.server.HTTPServer(("127.0.0.1", 0), Responder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.TSA_URL = f"http://127.0.0.1:{server.server_port}/"
        made = sealing.seal(pdf, code="house", name="某委员会", reason="1")
        server.shutdown()
    found = sealing.examine(made)
    assert made.startswith(pdf)
    assert found.is_intact and found.is_valid and found.covers and found.stamped_at
    assert (found.name, found.is_self_made, found.is_trusted) == ("某委员会", True, False)


def test_a_changed_byte_breaks_the_seal(pdf):
    made = bytearray(sealing.seal(pdf, code="house", name="某委员会", reason="1"))
    made[300] ^= 1
    found = sealing.examine(bytes(made))
    assert found is None or not found.is_intact


def test_no_pdf_and_no_signature_are_no_seal(pdf):
    assert sealing.examine(b"%PDF-1.7 nonsense") is None
    assert sealing.examine(pdf) is None
