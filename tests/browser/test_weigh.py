"""An agreement weighed against the court: the mediator's page and a party's, before and after both have reckoned."""

import pytest

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries
from fengqiao.disputes.actions import ClaimKind
from fengqiao.kernel import clock, scoping
from fengqiao.mediation import actions
from fengqiao.mediation.tests import ground as g
from fengqiao.people.models import User
from tests.browser.harness import LANGUAGES, WIDTHS, check_page
from tests.browser.test_components import shoot

AT = g.ACCEPTED_AT
CLAIMED, LEAST = 7_338_972, 6_652_847


@pytest.fixture
def here(db):
    with clock.standing_at(AT):
        found = g.ground()
        with scoping.unscoped("tests"):
            g.running(found)
            disputes.claim(
                number=found.number, party_id=found.quarrel.chen.pk, kind=ClaimKind.MONEY, amount_fen=CLAIMED,
                text="还款", actor=found.chen, at=AT,
            )  # fmt: skip
            yield found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_weighing_is_clean_empty_and_full_for_both_who_may(browser_page, shots, here, width, language):
    mediator = browser_page(width, language, user=User.objects.get(pk=here.xu.user_id))
    party = browser_page(width, language)
    party.goto(f"/follow/?number={here.number}")
    party.fill("input[name=code]", queries.party_code(here.quarrel.chen, here.number))
    party.locator("main form .btn-primary").click()
    windows = (
        ("mediator", f"/mediation/{here.number}/weigh/", mediator),
        ("party", f"/dispute/{here.number}/weigh/", party),
    )
    for state in ("empty", "full"):
        for name, address, page in windows:
            page.goto(address)
            assert page.url.endswith(address)
            shoot(page, shots, f"weigh-{name}-{state}-{language[:2]}-{width}")
            check_page(page)
        for actor, sums in ((here.chen, (CLAIMED, CLAIMED)), (here.ma, (LEAST, LEAST))):
            with scoping.scoped(actor):
                actions.reckon(number=here.number, low_fen=sums[0], high_fen=sums[1], actor=actor, at=AT)
