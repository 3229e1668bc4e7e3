"""Headless Chromium against the pages of this very test: same transaction, strict policy on, every page checked alike.

See docs/how-to/browser-tests.md.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
import socketserver
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (390, 1440)
LANGUAGES = ("zh-hans", "en")

# ---------------------------------------------------------------- server


class _Threaded(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser may hang up at any time; that is no error of the page."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


class _OneTransaction:
    """Answers requests in other threads on the test's own connection, one after the other.

    So a page sees what the test wrote, and all of it is rolled back afterwards: no table is emptied, rows of
    migrations stay.
    """

    def __init__(self) -> None:
        self.connection = connections["default"]
        self.lock = threading.Lock()
        self.pages = WSGIHandler()
        self.is_over = False

    def end(self) -> None:
        """Wait for the request under way and answer no other: the connection is the test's again, to be rolled back."""
        with self.lock:
            self.is_over = True

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self.lock:
            if self.is_over:
                start_response("503 Service Unavailable", [])
                return []
            connections["default"] = self.connection
            response = self.pages(environ, start_response)
            try:
                return [b"".join(response)]
            finally:
                response.close()

    def get_response(self, request: Any) -> Any:  # what StaticFilesHandler asks its inner handler for
        return self.pages.get_response(request)


class _Application(StaticFilesHandler):
    def __init__(self, pages: _OneTransaction) -> None:
        super().__init__(WSGIHandler())
        self.application = pages


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server whose pages share the test's transaction."""
    connection = connections["default"]
    connection.inc_thread_sharing()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # it would end the test's transaction
    server = _Threaded(("127.0.0.1", 0), _Quiet)
    pages = _OneTransaction()
    server.set_app(_Application(pages))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        pages.end()
        connection.dec_thread_sharing()
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


# ---------------------------------------------------------------- browser


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@dataclasses.dataclass
class Opener:
    """Opens pages of one width and language; remembers what each complained about."""

    browser: Browser
    address: str
    contexts: list[BrowserContext] = dataclasses.field(default_factory=list)

    def __call__(
        self, width: int = 390, language: str = "zh-hans", *, type_size: str = "", user: Any = None, script: bool = True
    ) -> Page:
        """A fresh browser window. `user` is signed in; `script=False` turns JavaScript off."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": 844 if width < 600 else 900},
            locale="zh-CN" if language.startswith("zh") else "en-GB",
            timezone_id="Asia/Shanghai",
            has_touch=width < 600,
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        self.contexts.append(context)
        cookies = {"fq_language": language, "fq_type": type_size, **(_session(user) if user is not None else {})}
        context.add_cookies(
            [{"name": name, "value": value, "url": self.address} for name, value in cookies.items() if value]
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(_complaint(message)))
        page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
        page.complaints = complaints  # type: ignore[attr-defined]
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()


def _complaint(message: ConsoleMessage) -> str:
    return f"{message.type}: {message.text}" if message.type == "error" else ""


def _session(user: Any) -> dict[str, str]:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


# ---------------------------------------------------------------- checks

NAMES = """Fengqiao WeCom QR PDF API CSV XLSX SMS Excel Word JSON HEIC JPEG PNG MP3 KB MB GB TOTP LPR EN English IP ID
DOCX WPS Open311 GeoReport OpenAPI Webhook webhook Tabler Enter URL"""
ALLOWED_WORDS = frozenset(NAMES.split())
"""Names that stay as they are on a Chinese page."""

FOREIGN = "[lang|=en], kbd, code, pre, template, script, [data-foreign], input[type=email]"
TEXTS = """foreign => {
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll(foreign).forEach(e => e.remove());
  const named = [...copy.querySelectorAll('[aria-label], [placeholder], [title], [alt]')]
    .flatMap(e => ['aria-label', 'placeholder', 'title', 'alt'].map(n => e.getAttribute(n) || ''));
  const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT), texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode.data);
  return [document.title, ...texts, ...named].join('\\n');
}"""
COUNTS = """() => ({
  main: document.querySelectorAll('main').length, h1: document.querySelectorAll('h1').length,
  primary: [...document.querySelectorAll('.btn-primary')].filter(e => e.offsetParent && !e.closest('.fq-write')).length,
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  inline: document.querySelectorAll('[style], style, [onclick]').length,
  emptyHeadings: [...document.querySelectorAll('h1,h2,h3')].filter(e => !e.textContent.trim()).length})"""


def foreign_words(page: Page, allowed: Iterable[str] = ()) -> list[str]:
    """English words a Chinese page shows."""
    text = re.sub(r"https?://\S+|[\w.+-]+@[\w.-]+", " ", page.evaluate(TEXTS, FOREIGN))
    return sorted(set(re.findall(r"[A-Za-z][A-Za-z']+\d*", text)) - ALLOWED_WORDS - set(allowed))


def problems(page: Page, *, allowed: Iterable[str] = (), complaints: bool = True, axe: bool = True) -> list[str]:
    """Everything wrong with the page that is open now, one line each."""
    found = []
    seen = page.evaluate(COUNTS)
    for name in ("main", "h1"):
        if seen[name] != 1:
            found.append(f"{seen[name]} <{name}>")
    if seen["primary"] > 1:
        found.append(f"{seen['primary']} primary buttons")
    if seen["wide"] > 0:
        found.append(f"{seen['wide']} px too wide: {_widest(page)}")
    if seen["emptyHeadings"]:
        found.append(f"{seen['emptyHeadings']} empty headings")
    if page.locator("html").get_attribute("lang") == "zh-Hans" and (words := foreign_words(page, allowed)):
        found.append(f"not translated: {', '.join(words)}")
    if complaints:
        found += [text for text in page.complaints if text and "Failed to load resource" not in text]  # type: ignore[attr-defined]
    return found + (_axe(page) if axe else [])


WIDEST = """() => [...document.body.querySelectorAll('*')]
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .filter(e => !e.closest('.fq-scroll, .fq-skip'))
  .slice(0, 5).map(e => e.tagName + '.' + e.className + ' ' + (e.textContent || '').trim().slice(0, 20)).join(' | ')"""


def _widest(page: Page) -> str:
    return str(page.evaluate(WIDEST))


def _axe(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = []
    for violation in Axe().run(page).response["violations"]:
        if violation["impact"] in {"serious", "critical"}:
            places = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
            found.append(f"axe {violation['impact']} {violation['id']}: {violation['help']}: {places}")
    return found


def check_page(page: Page, *, allowed: Iterable[str] = (), axe: bool = True) -> None:
    """One main, one h1, one primary button, nothing sideways, both languages complete, policy kept, axe content."""
    found = problems(page, allowed=allowed, axe=axe)
    assert not found, f"{page.url}\n  " + "\n  ".join(found)
