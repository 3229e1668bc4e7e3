"""The API: every verb as the pages have it, by key, by number and code, by session; scopes and errors."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import Cast, cast

from fengqiao.intake import rules
from fengqiao.intake.models import Contact, Raw
from fengqiao.intake.rules import Stage
from fengqiao.intake.tests.api_ground import DESK, UNIT, Caller, basic, by_key, in_hand, key, reported_done, told
from fengqiao.kernel import clock
from fengqiao.people.models import ApiKey, ReadAudit, User
from fengqiao.people.rules import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> Cast:
    return cast()


@pytest.fixture
def desk(district: Cast) -> Caller:
    return by_key(district.qiaoxi_office, Role.CLERK, DESK)


@pytest.fixture
def unit(district: Cast) -> Caller:
    return by_key(district.heating, Role.OFFICER, UNIT)


@pytest.fixture
def stranger(district: Cast) -> Caller:
    return by_key(district.nanwan_office, Role.CLERK, DESK)


def plain(answer) -> str:
    return json.dumps(answer.json(), ensure_ascii=False)


def test_a_matter_goes_its_whole_way(district: Cast, desk: Caller, unit: Caller) -> None:
    made = desk.post("/contacts", {"text": "云锦小区3号楼暖气不热", "name": "陈立秋", "place": district.gangyun.code})
    assert made.status_code == 201, made.content
    receipt = made.json()
    number = receipt["number"]
    assert receipt["code"] and receipt["contact"]["place"]["name"] == "港云社区"
    assert Raw.objects.get(contact_number=number).channel == "api"

    sent = desk.post(f"/contacts/{number}/dispatch", {"unit": "heating", "category": "t.heat", "helping": ["housing"]})
    assert (sent.status_code, sent.json()["stage"], sent.json()["unit"]["code"]) == (200, "dispatched", "heating")
    for path, body, stage in (
        ("take", None, "handling"),
        ("answer", {"text": "今天下午上门"}, "handling"),
        ("progress", {"text": "已查到阀门坏了"}, "handling"),
        ("note", {"text": "暗记内部暗记"}, "handling"),
        ("ask", {"text": "请问哪天在家"}, "waiting"),
    ):
        done = unit.post(f"/contacts/{number}/{path}", body)
        assert (done.status_code, done.json()["stage"]) == (200, stage), (path, done.content)

    person = Caller(basic(Contact.objects.get(number=number)))
    assert person.post(f"/contacts/{number}/supplement", {"text": "周六在家"}).json()["stage"] == "handling"
    assert unit.post(f"/contacts/{number}/finish", {"text": "换好了"}).json()["stage"] == "done"
    assert person.post(f"/contacts/{number}/postpone").json()["stage"] == "done"
    assert person.post(f"/contacts/{number}/object", {"text": "还是凉的"}).json()["times_reopened"] == 1
    assert unit.post(f"/contacts/{number}/finish", {"text": "又修了一次"}).status_code == 200
    accepted = person.post(f"/contacts/{number}/accept", {"score": 5}).json()
    assert (accepted["stage"], accepted["is_accepted"]) == ("accepted", True)
    assert person.post(f"/contacts/{number}/rate", {"about": "answer", "score": 4}).status_code == 200
    assert person.post(f"/contacts/{number}/rate", {"about": "answer", "score": 4}).json()["code"] == "rating.given"


def test_desk_deeds(district: Cast, desk: Caller) -> None:
    one, two, three = told(district), told(district), told(district, "暖气不热，还有楼道灯坏了")
    assert desk.post(f"/contacts/{one.number}/merge", {"into": two.number}).json()["merged_into"] == two.number
    assert desk.post(f"/contacts/{one.number}/undo").json()["stage"] == "received"
    assert desk.post(f"/contacts/{one.number}/link", {"parent": two.number}).json()["parent"] == two.number
    assert len(desk.post(f"/contacts/{three.number}/split", {"texts": ["楼道灯坏了"]}).json()) == 1
    joined = desk.post(f"/contacts/{two.number}/join", {"name": "刘芳", "phone": "13800001111"})
    assert joined.status_code == 200 and two.supporters.count() == 1
    raised = desk.post(f"/contacts/{two.number}/urgency", {"urgency": "urgent", "reason": "家有病人"})
    assert raised.json()["urgency"] == "urgent"
    assert desk.post(f"/contacts/{two.number}/acknowledge").json()["code"] == "alert.named_person"
    sent = desk.post(f"/contacts/{three.number}/transfer", {"to": "市仲裁委", "reason": "归他们管"})
    assert sent.json()["stage"] == "transferred"
    back = desk.post(f"/contacts/{two.number}/withdraw", {"text": "本人来电不要了"})
    assert back.json()["stage"] == "withdrawn"


def test_a_unit_sends_it_back(district: Cast, desk: Caller, unit: Caller) -> None:
    contact = told(district)
    desk.post(f"/contacts/{contact.number}/dispatch", {"unit": "heating"})
    assert unit.post(f"/contacts/{contact.number}/send-back", {"reason": "归住建委"}).json()["stage"] == "received"
    assert unit.get(f"/contacts/{contact.number}").status_code == 404


def test_nobody_accepts_for_the_person(district: Cast, desk: Caller, unit: Caller) -> None:
    contact = reported_done(district)
    for caller in (desk, unit):
        for path, body in (("accept", {}), ("object", {"text": "不行"}), ("postpone", {})):
            answer = caller.post(f"/contacts/{contact.number}/{path}", body)
            assert (answer.status_code, answer.json()["code"]) == (403, "contact.needs_acceptance"), path
    other = told(district)
    assert Caller(basic(other)).post(f"/contacts/{contact.number}/accept").status_code == 404
    contact.refresh_from_db()
    assert contact.stage == Stage.DONE
    assert ReadAudit.objects.filter(outcome="refused", what="forbidden").count() >= 6


def test_absent_and_unseen_are_one_answer(district: Cast, stranger: Caller) -> None:
    contact = in_hand(district)
    for path, body in ((("", None)), ("/take", {}), ("/note", {"text": "x"}), ("/dispatch", {"unit": "heating"})):
        ask = stranger.get if body is None else stranger.post
        seen = ask(f"/contacts/{contact.number}{path}", **({} if body is None else {"body": body}))
        absent = ask(f"/contacts/01226-9999999-1{path}", **({} if body is None else {"body": body}))
        assert (seen.status_code, seen.content) == (404, absent.content), path
        assert set(seen.json()) == {"code", "message", "law", "next_step"}
    assert stranger.get("/contacts").json() == {"items": [], "next_cursor": None}
    assert stranger.get("/figures").json()["received"] == 0


def test_a_key_opens_its_scopes_and_no_more(district: Cast) -> None:
    contact = in_hand(district)
    reader = by_key(district.heating, Role.OFFICER, (rules.READ,))
    assert reader.get(f"/contacts/{contact.number}").status_code == 200
    answer = reader.post(f"/contacts/{contact.number}/note", {"text": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "key.scope")
    assert reader.post("/contacts", {"text": "x"}).status_code == 403


def test_a_key_ends(district: Cast) -> None:
    good = key(district.heating, Role.OFFICER, UNIT)
    assert Caller(f"Bearer {good}").get("/me").json()["organisation"]["code"] == "heating"
    assert ApiKey.objects.get().last_used_at is not None
    for wrong in (good[:-1], good + "x", "fq__", "fq_a_b_c", "x", "", good.replace("fq", "pat")):
        assert Caller(f"Bearer {wrong}").get("/me").status_code == 401, wrong
    ApiKey.objects.update(revoked_at=clock.now())
    answer = Caller(f"Bearer {good}").get("/me")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="fengqiao"')
    ApiKey.objects.update(revoked_at=None, expires_on="2020-01-01")
    assert Caller(f"Bearer {good}").get("/me").status_code == 401
    assert good.rsplit("_", 1)[1] not in json.dumps(list(ApiKey.objects.values()), default=str)


def test_internal_lines_leave_by_no_exit(district: Cast, desk: Caller, unit: Caller) -> None:
    contact = in_hand(district)
    unit.post(f"/contacts/{contact.number}/note", {"text": "暗记内部暗记"})
    assert "暗记内部暗记" in plain(unit.get(f"/contacts/{contact.number}"))
    reader = by_key(district.heating, Role.OFFICER, (rules.READ,))
    outside = (desk, reader, Caller(basic(contact)), by_key(district.centre, Role.DISPATCHER, (rules.READ,)))
    for caller in outside:
        answer = caller.get(f"/contacts/{contact.number}")
        assert answer.status_code == 200
        assert "暗记内部暗记" not in plain(answer)
        assert not any(line["is_internal"] for line in answer.json()["timeline"])
    assert all(
        line["by"] == "" for line in Caller(basic(contact)).get(f"/contacts/{contact.number}").json()["timeline"]
    )


def test_the_sealed_sentence_is_not_in_the_api(district: Cast, desk: Caller) -> None:
    contact = told(district, "暖气不热。我不想活了。")
    assert contact.sealed_text
    assert "不想活" not in plain(desk.get(f"/contacts/{contact.number}"))


def test_pages_of_the_list_go_by_key(district: Cast, desk: Caller) -> None:
    numbers = [told(district).number for _one in range(5)]
    seen, cursor = [], ""
    while True:
        page = desk.get("/contacts", limit=2, cursor=cursor).json()
        seen += [item["number"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == numbers[::-1]
    followed = desk.get("/contacts", order="changed", limit=200).json()["items"]
    assert [item["number"] for item in followed] == numbers
    assert desk.get("/contacts", place=district.huaiyin.code).json()["items"] == []
    assert len(desk.get("/contacts", place=district.gangyun.code, open="true", stage="received").json()["items"]) == 5
    assert desk.get("/contacts", category="t", unit="heating", urgency="urgent").json()["items"] == []
    for wrong in ({"cursor": "nonsense"}, {"cursor": "W10"}, {"limit": 0}, {"received_from": "0001-01-01T00:00:00Z"}):
        assert desk.get("/contacts", **wrong).status_code == 422, wrong
    assert desk.get("/contacts", place="\x00").status_code in {400, 422}


def test_files_go_in_first_and_out_through_their_matter(district: Cast, unit: Caller, desk: Caller) -> None:
    contact = in_hand(district)
    sent = unit.upload("/files", file=SimpleUploadedFile("结果.txt", "已修好".encode()))
    assert sent.status_code == 201, sent.content
    told_ = {"text": "见附件", "files": [sent.json()["id"]]}
    assert desk.post(f"/contacts/{contact.number}/answer", told_).status_code == 422  # somebody else's upload
    assert unit.post(f"/contacts/{contact.number}/answer", told_).status_code == 200
    inside = unit.upload("/files", file=SimpleUploadedFile("内部.txt", b"inside")).json()["id"]
    assert unit.post(f"/contacts/{contact.number}/note", {"text": "附件", "files": [inside]}).status_code == 200
    person = Caller(basic(contact))
    shown = person.get(f"/contacts/{contact.number}").json()["files"]
    assert [one["kind"] for one in shown] == ["txt"]
    got = person.get(f"/contacts/{contact.number}/files/{shown[0]['uid']}")
    assert b"".join(got.streaming_content).decode() == "已修好"
    hidden = [one for one in unit.get(f"/contacts/{contact.number}").json()["files"] if one["is_internal"]]
    assert person.get(f"/contacts/{contact.number}/files/{hidden[0]['uid']}").status_code == 404
    assert unit.upload("/files", file=SimpleUploadedFile("a.exe", b"MZ\x00\x01")).json()["code"] == "file.type"


def test_a_system_reads_back_what_it_sent_in_wherever_it_lies(district: Cast, stranger: Caller) -> None:
    made = stranger.post(
        "/contacts", {"text": "暖气不热", "place": district.gangyun.code, "phone": "13812340421"}
    ).json()
    assert made["code"] is None  # it went to the person's phone
    assert stranger.get(f"/contacts/{made['number']}").json()["place"]["name"] == "港云社区"
    assert stranger.post(f"/contacts/{made['number']}/dispatch", {"unit": "heating"}).status_code == 403
    assert [one["number"] for one in stranger.get("/contacts").json()["items"]] == [made["number"]]


BROKEN = (
    '{"text": "暖气不热',
    '{"text": ""}',
    '{"text": "a", "colour": "b"}',
    "[]",
    "null",
    '{"text":"a\\u0000b"}',
    '{"text":"\\ud800"}',
    '{"text": "暖气不热", "phone": "1"}',
    '{"text":"x","place":"nowhere"}',
)


def test_what_cannot_be_read_is_kept_all_the_same(district: Cast, desk: Caller) -> None:
    for body in BROKEN:
        answer = desk.post("/contacts", body)
        assert answer.status_code in {400, 422}, (body, answer.content)
        assert {"code", "message", "law", "next_step"} <= set(answer.json())
        assert body in json.loads(Raw.objects.latest("pk").body)["sent"]
    assert Contact.objects.count() == 0
    wrong = desk.post("/contacts", {"text": "a", "colour": "b"}).json()
    assert wrong["fields"] == [
        {"field": "body.colour", "code": "extra_forbidden", "message": "Extra inputs are not permitted"}
    ]


def test_wrong_codes_are_counted(district: Cast) -> None:
    contact = told(district)
    for _try in range(5):
        assert Caller(basic(contact, "000000")).get(f"/contacts/{contact.number}").status_code == 401
    closed = Caller(basic(contact)).get(f"/contacts/{contact.number}")
    assert (closed.status_code, closed.headers["Retry-After"]) == (429, "900")


def test_a_member_uses_the_session_with_the_token(district: Cast) -> None:
    contact = told(district)
    user = User.objects.get(username="han")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    path = f"/api/v1/contacts/{contact.number}"
    assert client.get(path).json()["person"] == {"name": "陈**", "phone": ""}
    refused = client.post(f"{path}/dispatch", {"unit": "heating"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "stale_page")
    client.cookies["fq_csrf"] = token = "a" * 32
    sent = client.post(
        f"{path}/dispatch", {"unit": "heating"}, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert sent.json()["stage"] == "dispatched"


def test_a_resident_files_and_sees_their_own(district: Cast) -> None:
    user = User.objects.create(username="chen", name="陈立秋", person=district.chen)
    client = Client()
    client.force_login(user)
    made = client.post("/api/v1/contacts", {"text": "暖气不热"}, content_type="application/json").json()
    assert client.get("/api/v1/contacts").json()["items"][0]["number"] == made["number"]
    assert Contact.objects.get().channel == "web"
    path = f"/api/v1/contacts/{made['number']}"
    assert client.post(f"{path}/withdraw", {}, content_type="application/json").json()["stage"] == "withdrawn"


def test_staff_channels_need_the_right_to_register(district: Cast) -> None:
    outside = by_key(district.heating, Role.OFFICER, UNIT)
    answer = outside.post("/contacts", {"text": "暖气不热", "channel": "court_hotline"})
    assert answer.status_code == 403


def test_the_same_client_id_is_one_matter(district: Cast, desk: Caller, stranger: Caller) -> None:
    told_ = {"text": "暖气不热", "client_id": "6f9619ff-8b86-4d01-b42d-00c04fc964ff"}
    first, second = desk.post("/contacts", told_), desk.post("/contacts", told_)
    assert (first.status_code, second.status_code, second.json()["is_repeat"]) == (201, 200, True)
    assert first.json()["number"] == second.json()["number"]
    assert stranger.post("/contacts", told_).json()["code"] is None


def test_reference_is_public(district: Cast) -> None:
    public = Caller()
    assert {"t.heat"} <= {one["code"] for one in public.get("/categories").json()}
    assert public.get("/places", q="港云").json()[0]["full_name"].endswith("港云社区")
    assert public.get("/units", q="heat").json()[0]["name"] == "区城管委供热办"
    assert "intake.response.default" in {one["key"] for one in public.get("/rules").json()}
    for path in ("/contacts", "/me", "/figures"):
        assert public.get(path).status_code == 401


def test_figures_are_of_ones_own_scope(district: Cast, desk: Caller) -> None:
    reported_done(district)
    shown = desk.get("/figures", place=district.gangyun.code).json()
    assert (shown["received"], shown["open"], shown["solved"]) == (1, 1, 0)
    assert sum(shown["by_day"].values()) == 1


def test_too_many_requests(district: Cast, desk: Caller, settings) -> None:
    settings.API_PER_MINUTE = 2
    assert [desk.get("/contacts").status_code for _time in range(3)] == [200, 200, 429]


def test_too_large_a_body(district: Cast, desk: Caller, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = desk.post("/contacts", {"text": "长" * 300})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_big")


def test_an_act_out_of_time_is_refused_in_words(district: Cast, desk: Caller) -> None:
    contact = reported_done(district)
    answer = desk.post(f"/contacts/{contact.number}/withdraw", {"text": "本人不要了"})
    assert answer.status_code == 200
    again = desk.post(f"/contacts/{contact.number}/withdraw", {"text": "本人不要了"})
    assert (again.status_code, again.json()["code"]) == (409, "contact.closed")
