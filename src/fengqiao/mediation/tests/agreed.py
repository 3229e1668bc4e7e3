"""An agreement as far as a test wants it: the fan under the bedroom, 22 May 2026."""

from __future__ import annotations

import datetime as dt
import io

from PIL import Image

from fengqiao.kernel import files
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.models import Notice, StoredFile
from fengqiao.mediation import actions
from fengqiao.mediation.actions import TermKind, Wish
from fengqiao.mediation.models_agreement import Agreement
from fengqiao.mediation.tests import ground as g

STROKE = "20,80 40,60 60,120 90,40 120,130 160,50 200,140 260,60;40,150 260,160 300,150"


def at(month: int, day: int, hour: int = 9, minute: int = 0, year: int = 2026) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=CHINA)


def terms(here: g.Ground) -> list[Wish]:
    chen, ma = here.quarrel.chen.pk, here.quarrel.ma.pk
    return [
        Wish(TermKind.ACT, ma, "给排风机加装消声器", days=(dt.date(2026, 5, 31),)),
        Wish(TermKind.OMIT, ma, "22时以后不在户外摆桌"),
        Wish(
            TermKind.PAY, ma, "支付补偿款", creditor_id=chen, amount_fen=120_000, manner="银行转账",
            days=(dt.date(2026, 6, 5), dt.date(2026, 7, 5)),
        ),
    ]  # fmt: skip


def drafted(here: g.Ground, **more: object) -> Agreement:
    facts: dict[str, object] = {
        "facts": "楼下烧烤店排风机夜间噪声影响楼上居住。",
        "issues": "是否超标，如何整改，是否补偿。",
        "responsibility": "马建业负责整改并补偿；陈立秋不再另行主张。",
        "place": "云锦小区",
        "terms": terms(here),
    }
    return actions.draft(number=here.number, actor=here.xu, at=at(5, 22, 19, 50), **facts | more)


def sent_out(here: g.Ground, **more: object) -> Agreement:
    drafted(here, **more)
    return actions.send_out(number=here.number, actor=here.xu, at=at(5, 22, 20))


def code_of(here: g.Ground, party_id: int, actor: Actor, moment: dt.datetime) -> str:
    """The code as it went to the telephone."""
    import json

    actions.send_code(number=here.number, party_id=party_id, actor=actor, at=moment)
    return str(json.loads(Notice.objects.filter(template="mediation.signing_code").latest("pk").secret)["code"])


def by_hand(here: g.Ground, agreement: Agreement, moment: dt.datetime) -> None:
    """Both parties sign on their telephones."""
    for party, actor in ((here.quarrel.chen, here.chen), (here.quarrel.ma, here.ma)):
        code = code_of(here, party.pk, actor, moment)
        signed = actions.sign_by_hand(
            number=here.number, party_id=party.pk, text_sha256=agreement.text_sha256, code=code, stroke=STROKE,
            actor=actor, at=moment,
        )  # fmt: skip
        assert not isinstance(signed, actions.WrongCode)


def photo(actor: Actor, moment: dt.datetime) -> StoredFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(out, "PNG")
    return files.keep(out.getvalue(), kind="png", name="signed.png", actor=actor, at=moment)


def on_paper(here: g.Ground, moment: dt.datetime) -> None:
    for party in (here.quarrel.chen, here.quarrel.ma):
        actions.sign_on_paper(
            number=here.number, party_id=party.pk, photo=photo(here.xu, moment), has_fingerprint=True, actor=here.xu,
            at=moment,
        )  # fmt: skip


def signed(here: g.Ground, **more: object) -> Agreement:
    made = sent_out(here, **more)
    moment = at(5, 22, 20, 10)
    if made.on_paper:
        on_paper(here, moment)
    else:
        by_hand(here, made, moment)
    actions.sign_as_mediator(
        number=here.number, text_sha256=made.text_sha256, stroke=STROKE, actor=here.xu, at=at(5, 22, 20, 20)
    )
    return made


def in_effect(here: g.Ground, **more: object) -> Agreement:
    made = signed(here, **more)
    actions.seal(number=here.number, actor=here.manager, at=at(5, 25, 9, 5))
    made.refresh_from_db()
    return made


def ground(**more: object) -> g.Ground:
    """The matter with a running mediation at Xu's."""
    here = g.ground()
    g.running(here, **more)
    return here
