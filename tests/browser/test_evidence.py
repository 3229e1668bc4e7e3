"""A proof checked in the browser: on our page, and in the saved one with our server out of reach."""

import pytest
from playwright.sync_api import expect

from fengqiao.evidence import verifier
from fengqiao.evidence.models import Incident
from fengqiao.evidence.tests.conftest import own_log  # noqa: F401 (a fixture)
from fengqiao.evidence.tests.ground import turn
from fengqiao.intake import sealed
from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.tests.ground import tell
from fengqiao.people.rules import Role
from tests import world
from tests.browser.harness import check_page
from tests.cast import MORNING, cast

WITHOUT_ED25519 = """() => {
  const own = crypto.subtle.importKey.bind(crypto.subtle);
  crypto.subtle.importKey = (form, key, how, ...rest) =>
    how.name === 'Ed25519' ? Promise.reject(new Error('unknown')) : own(form, key, how, ...rest);
}"""
NAMES = ("log", "example", "evidence", "tlog", "proof", "Python")


@pytest.fixture
def proof(db, tmp_path):
    """The proof of what somebody told us, as a file; and one with a bit turned."""
    contact = tell(cast(), "楼下商铺排烟，一共要退1,200元")
    turn(MORNING)
    right = tmp_path / "right.tlog-proof"
    right.write_bytes(sealed.proof(contact, sealed.receipt(contact).event_id))
    parsed = verifier.parse_proof(right.read_bytes())
    forged = parsed.extra.replace(b"1,200", b"12,000")
    wrong = tmp_path / "wrong.tlog-proof"
    wrong.write_bytes(verifier.Proof(parsed.index, parsed.path, parsed.checkpoint, forged).text())
    return right, wrong


def _check(page, path, heading):
    page.locator("#proof").set_input_files(path)
    expect(page.locator("#result h2")).to_have_text(heading)


@pytest.mark.parametrize(("width", "language"), [(390, "zh-hans"), (1440, "en")])
def test_the_page_checks_a_proof(browser_page, proof, width, language, shots):
    page = browser_page(width, language)
    page.goto("/evidence/")
    check_page(page, allowed=NAMES)
    right, wrong = proof
    _check(page, wrong, "不一致" if width == 390 else "It does not agree")
    _check(page, right, "一致" if width == 390 else "It agrees")
    expect(page.locator("#result")).to_contain_text("1,200元")
    check_page(page, allowed=NAMES)
    if shots:
        page.screenshot(path=shots / f"evidence-{width}-{language}.png", full_page=True)


def test_the_saved_page_works_with_our_server_out_of_reach(browser_page, proof, tmp_path, shots):
    page = browser_page(390)
    page.goto("/evidence/")
    with page.expect_download() as download:
        page.get_by_role("link", name="把本页存下来").click()
    saved = tmp_path / "saved.html"
    download.value.save_as(saved)
    page.context.set_offline(True)
    page.goto(saved.as_uri())
    right, wrong = proof
    _check(page, right, "一致")
    _check(page, wrong, "不一致")
    # An old browser without Ed25519 of its own comes to the same result.
    page.evaluate(WITHOUT_ED25519)
    page.locator("#proof").set_input_files([])
    _check(page, right, "一致")
    assert [text for text in page.complaints if text] == []
    if shots:
        page.screenshot(path=shots / "evidence-saved.png", full_page=True)


@pytest.mark.parametrize(("width", "language"), [(390, "zh-hans"), (1440, "en")])
def test_proofs_and_the_pages_of_those_who_watch(browser_page, width, language, shots):
    people = cast()
    contact = tell(people, "楼下商铺排烟")
    turn(MORNING)
    window = browser_page(width, language)
    window.goto(f"/follow/?number={contact.number}")
    window.locator("input[name=code]").fill(code_of(contact))
    window.locator("main form button.btn-primary").click()
    officer = world.member(Role.DATA_OFFICER, people.district).user
    keeper = browser_page(width, language, user=officer)
    incident = Incident.objects.create(at=MORNING, kind=Incident.Kind.MISSING, what="1")
    assert incident.pk
    for page, address in (
        (window, f"/follow/{contact.number}/receipt/"),
        (window, f"/follow/{contact.number}/proofs/"),
        (window, f"/follow/{contact.number}/erase/"),
        (keeper, "/evidence/state/"),
        (keeper, "/evidence/keeping/"),
    ):
        page.goto(address)
        check_page(page, allowed=(*NAMES, "ZIP"))
        if shots:
            page.screenshot(path=shots / f"p-{address.rstrip('/').split('/')[-1]}-{width}.png", full_page=True)
