"""Files of messages in a browser: sent in, looked at, started and taken in, at both widths and in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from fengqiao.kernel.testing import run_jobs
from fengqiao.people.models import User
from tests.browser.harness import check_page
from tests.browser.test_components import shoot
from tests.cast import cast

pytestmark = pytest.mark.django_db
FILE_NAME = ("csv",)
FILE = "编号,诉求内容,受理时间\nQ1,港云社区路灯坏了,2026-03-02 10:00\nQ2,港云社区井盖松了,不知道\n"


@pytest.mark.parametrize(("width", "language"), [(390, "zh-hans"), (1440, "en")])
def test_a_file_is_looked_at_started_and_taken_in(
    browser_page: Any, shots: Any, settings: Any, tmp_path: Any, width: int, language: str
) -> None:
    settings.MEDIA_ROOT = tmp_path
    is_chinese = language != "en"
    page = browser_page(width, language, user=User.objects.get(pk=cast().wan.user_id))

    def look(state: str) -> None:
        shoot(page, shots, f"import-{state}-{language[:2]}-{width}")
        check_page(page, allowed=FILE_NAME)

    page.goto("/desk/imports/")
    look("empty")
    file = {"name": "12345.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.locator("main .btn-primary").click()
    expect(page.get_by_role("cell", name="港云社区路灯坏了")).to_be_visible()
    look("columns")
    page.locator("main .btn-primary").click()
    expect(page.get_by_role("button", name="暂停" if is_chinese else "Interrupt")).to_be_visible()
    look("running")
    run_jobs()
    page.reload()
    expect(
        page.get_by_role("link", name="下载未导入的行和原因" if is_chinese else "Rows not taken, with reasons")
    ).to_be_visible()
    look("done")
    page.goto("/desk/imports/")
    look("list")
