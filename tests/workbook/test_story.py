"""A county that is not the demo's, from an empty database by the browser alone, until its secretary fills in a sheet.

A superuser brings the workbook in and makes the slips; two of the county's staff sign in with theirs, publish the plan
and issue the sheets; the secretary signs in with hers and types the first figure. In both languages.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from assessments.models import Entry, Sheet
from tests.workbook.books import xlsx
from tests.workbook.test_round_trip import BEGAN
from workbook import processes, running
from workbook.models import Run

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "the-third-well-of-1989"
WORDS = {
    "zh-hans": {"checked": "还没有写入", "write": "全部写入", "written": "已写入", "slips": "给他们开登录条"},
    "en": {
        "checked": "Checked, nothing written", "write": "Write all", "written": "Written",
        "slips": "Make slips for their first sign-in",
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _beside_the_server(monkeypatch, settings, tmp_path):
    settings.RUNS_DIR = tmp_path

    def start(run_id: int) -> None:
        (tmp_path / f"{run_id}.run").write_text("{}")
        running.work_off(Run.objects.get(pk=run_id), tell=lambda share, stage: processes.tell(run_id, share, stage))

    monkeypatch.setattr(processes, "start", start)


def county() -> bytes:
    """河县: one branch with one area of three members and four households, a quarter that is open today."""
    today = timezone.localdate()
    # The quarter that ended last, so that its sheets are those of today's members.
    year, quarter = (today.year, (today.month - 1) // 3) if today.month > 3 else (today.year - 1, 4)
    return xlsx(
        县=[["编码", "名称"], ["130999", "河县"]],
        乡镇=[["编码", "名称"], ["130999101", "东镇"]],
        村=[["编码", "村民委员会", "乡镇编码"], ["130999101201", "李村村民委员会", "130999101"]],
        生产队=[["编码", "名称", "村编码"], ["13099910120101", "一队", "130999101201"]],
        党支部=[
            ["编码", "名称", "乡镇编码", "村编码", "from"],
            ["B1", "李村党支部", "130999101", "130999101201", BEGAN],
        ],
        党小组=[["编码", "名称", "党支部编码", "from"], ["G1", "第一党小组", "李村党支部", BEGAN]],
        服务区=[["编码", "名称", "党支部编码", "党小组编码", "teams", "from"],
                ["A1", "第一服务区", "B1", "G1", "13099910120101", BEGAN]],
        党员=[
            ["编码", "姓名", "性别", "branch", "group", "area", "since"],
            ["M1", "李一", "男", "B1", "G1", "A1", BEGAN],
            ["M2", "李二", "女", "B1", "G1", "A1", BEGAN],
            ["M3", "李三", "男", "B1", "G1", "A1", BEGAN],
        ],
        posts=[["member", "kind", "unit", "from"], ["M2", "secretary", "B1", BEGAN], ["M1", "leader", "A1", BEGAN]],
        户=[["team", "number", "head", "people"], *[["13099910120101", f"00{n}", f"王{n}", 3] for n in (1, 2, 3, 4)]],
        links=[["member", "team", "number", "from"], ["M1", "13099910120101", "001", BEGAN]],
        appointments=[
            ["username", "name", "role", "place", "member", "from"],
            ["zhaoyi", "赵一", "county_staff", "130999", None, BEGAN],
            ["qianer", "钱二", "county_staff", "130999", None, BEGAN],
            ["lier", "李二", "secretary", "B1", "M2", BEGAN],
        ],
        quarters=[["year", "quarter", "opens_on", "due_on", "closes_on"],
                  [year, quarter, today - timedelta(3), today + timedelta(7), today + timedelta(20)]],
        plan_items=[
            ["year", "indicator", "name", "points", "unit", "function"],
            [year, "visits", "联系户走访", 60, "户次", "service"],
            [year, "deeds", "做好事", 40, "件次", "service"],
        ],
        targets=[["year", "quarter", "indicator", "member", "value"],
                 *[[year, quarter, code, member, 12] for code in ("visits", "deeds") for member in ("M1", "M2", "M3")]],
    )  # fmt: skip


class Site:
    def __init__(self, browser: Browser, url: str, language: str) -> None:
        self.browser, self.url, self.language = browser, url, language
        self.errors: list[str] = []

    def visit(self) -> Page:
        context = self.browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": "django_language", "value": self.language, "url": self.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        return page

    def first_sign_in(self, username: str, code: str) -> Page:
        page = self.visit()
        page.goto(f"{self.url}/accounts/sign-in/")
        page.locator(".si-first a").click()
        for name, value in {"username": username, "code": code, "new_password1": PASSWORD, "new_password2": PASSWORD}.items():  # fmt: skip  # noqa: E501
            page.fill(f"[name={name}]", value)
        self.submit_sign_in(page)
        if self.language == "en" and page.locator("html").get_attribute("lang") != "en":
            page.locator("header button[name=language]").click()
        return page

    def submit_sign_in(self, page: Page) -> None:
        page.locator("form .btn-primary").click()
        page.wait_for_url(lambda url: "/accounts/" not in url)
        expect(page.locator("main h1")).to_be_visible()

    def admin_action(self, page: Page, path: str, action: str) -> None:
        page.goto(f"{self.url}/admin/{path}/")
        page.locator("tbody input.action-select").first.check()
        page.select_option("select[name=action]", action)
        page.locator("button[name=index]").click()
        expect(page.locator(".messagelist .success")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_county_from_an_empty_database_to_its_first_figure(
    browser: Browser, live_server: Any, language: str, tmp_path: Any
) -> None:
    words, site = WORDS[language], Site(browser, live_server.url, language)
    User.objects.create_superuser("founder", password=PASSWORD, name="founder", email="", language=language)
    file = tmp_path / "河县.xlsx"
    file.write_bytes(county())

    founder = site.visit()
    founder.goto(f"{live_server.url}/accounts/sign-in/")
    founder.fill("[name=username]", "founder")
    founder.fill("[name=password]", PASSWORD)
    site.submit_sign_in(founder)
    founder.locator("main .btn-primary").click()
    founder.set_input_files("input[type=file]", str(file))
    founder.locator("main form .btn-primary").click()
    expect(founder.locator(".jx-title")).to_contain_text(words["checked"])
    founder.get_by_role("button", name=words["write"]).click()
    expect(founder.locator(".jx-title")).to_contain_text(words["written"])

    founder.get_by_text(words["slips"]).click()
    founder.wait_for_url("**/organization/slips/")
    founder.locator("main form .btn-primary").click()
    expect(founder.locator(".slip")).to_have_count(3)
    codes = {
        slip.locator("dd").first.inner_text(): slip.locator(".slip-code").inner_text()
        for slip in founder.locator(".slip").all()
    }
    assert codes.keys() == {"zhaoyi", "qianer", "lier"}

    officer = site.first_sign_in("zhaoyi", codes["zhaoyi"])
    site.admin_action(officer, "assessments/plan", "publish")
    site.admin_action(officer, "assessments/period", "issue")
    assert Sheet.objects.get().branch_name == "李村党支部"

    secretary = site.first_sign_in("lier", codes["lier"])
    secretary.goto(live_server.url)
    secretary.locator("main .btn-primary").first.click()
    secretary.wait_for_url("**/management/sheets/**")
    if secretary.locator("td.c.gap input").count() == 0:
        secretary.locator("main .btn-primary").first.click()
    secretary.locator("td.c.gap input").first.focus()
    secretary.keyboard.type("7")
    secretary.keyboard.press("Enter")
    expect(secretary.locator("td.c.gap input")).to_have_count(3)
    expect(secretary.locator("td.c.wait")).to_have_count(0)
    assert Entry.objects.get(actual__isnull=False).actual == 7
    assert site.errors == []
