"""From an empty sheet to a confirmed quarter, in a real browser on the demo's 小樵镇, in both languages.

The secretary of 庞村 fills in a sheet and submits it, the township returns it, the secretary corrects it, the township
confirms it; the county's figures move by exactly that sheet's, and what is closed to others stays closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect

from assessments import totals
from assessments.models import Period, PlanItem, Sheet, SheetMove
from jinxian.demo.accounts import PASSWORD
from jinxian.demo.county import generate
from tests.jinxian.demo_pages import NOON, ON

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = {
    "zh-hans": {
        "refused": "户次要填整数", "submitted": "已上报", "returned": "已退回", "confirmed": "已确认",
        "waits": "等小樵镇审核", "changed": "退回后改过 1 格", "missing": "这里没有您能看的内容",
        "history": ["已确认", "已上报", "已退回", "已上报", "开始填报"],
    },
    "en": {
        "refused": "whole number", "submitted": "Submitted", "returned": "Returned", "confirmed": "Confirmed",
        "waits": "It waits for Xiaoqiao Town", "changed": "1 cell changed since returned",
        "missing": "There is nothing here that you can see",
        "history": ["Confirmed", "Submitted", "Returned", "Submitted", "Began"],
    },
}  # fmt: skip
REASON = "做好事请按台账再核一遍。"


@pytest.fixture
def township(transactional_db: None) -> Iterator[None]:
    with time_machine.travel(NOON):
        generate(scale="township", on=ON, progress=lambda share: None)
        yield


class Site:
    """The running site as several people have it open at once, each in a browser of their own."""

    def __init__(self, browser: Browser, url: str, language: str) -> None:
        self.browser, self.url, self.language = browser, url, language
        self.errors: list[str] = []

    def sign_in(self, username: str) -> Page:
        context = self.browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(f"{username}: {error}"))
        page.on("console", lambda said: self._hear(username, said))
        page.goto(f"{self.url}/accounts/sign-in/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.locator("form .btn-primary").click()
        page.wait_for_url(lambda url: "/accounts/" not in url)
        if self.language == "en":
            page.locator("header button[name=language]").click()
            expect(page.locator("html")).to_have_attribute("lang", "en")
        return page

    def _hear(self, username: str, said: Any) -> None:
        if said.type == "error" and "Failed to load resource" not in said.text:  # 422 and 404 are meant
            self.errors.append(f"{username}: {said.text}")


def figures(county: Page, url: str) -> dict[str, float]:
    """The county's figures of the quarter as the overview prints them, and how many areas have reported."""
    county.goto(f"{url}/overview/")
    found = {}
    for name in ("deeds", "labour", "visits", "grain", "road", "wells"):
        found[name] = number(county.locator(f'main [data-figure="{name}"]').first.inner_text())
    found["reported"] = number(county.locator('main [data-figure="reported"] .v').inner_text())
    return found


def number(text: str) -> float:
    """The first number of a text; a dash, where nobody has reported, is told as 0."""
    found = re.search(r"[0-9][0-9,]*(\.[0-9]+)?", text)
    return float(found[0].replace(",", "")) if found else 0


def sheet_sums(page: Page, items: dict[str, int]) -> dict[str, float]:
    """What the last row of the grid says the area did, item by item."""
    return {name: number(page.locator(f'[data-total="{pk}"] > span').inner_text()) for name, pk in items.items()}


def fill_gaps(page: Page, language: str) -> None:
    """Type every empty cell's target into it, as a secretary would go down the columns, and wait until all is saved."""
    yes = "是" if language == "zh-hans" else "Yes"
    gaps = page.locator("td.c.gap input")
    names = [field.get_attribute("name") for field in gaps.all()]
    for name in names:
        field = page.locator(f'[name="{name}"]')
        field.focus()
        page.keyboard.type(field.locator("xpath=..").get_attribute("data-t") or yes)
        page.keyboard.press("Enter")
    expect(gaps).to_have_count(0)
    expect(page.locator("td.c.wait")).to_have_count(0)


@pytest.mark.parametrize(("language", "number_of_area"), [("zh-hans", 5), ("en", 4)])
def test_a_quarter_from_the_first_cell_to_the_countys_figures(
    township: None, browser: Browser, live_server: Any, language: str, number_of_area: int
) -> None:
    words, site = WORDS[language], Site(browser, live_server.url, language)
    sheet = Sheet.objects.get(branch_name="庞村党支部", area__number=number_of_area, period__state=Period.State.OPEN)
    items = {item.indicator.code: item.pk for item in PlanItem.objects.select_related("indicator")}
    address = f"{live_server.url}/management/sheets/{sheet.pk}/"

    secretary, officer = site.sign_in("panghongliang"), site.sign_in("haojianmin")
    before = figures(officer, live_server.url)

    # The secretary fills in the sheet; a slip is refused with its sentence and mended.
    secretary.goto(address)
    if number_of_area == 5:
        secretary.locator("main .btn-primary").click()
    first = secretary.locator("td.c.gap input").first
    first.focus()
    secretary.keyboard.type("12.5")
    secretary.keyboard.press("Enter")
    expect(secretary.locator('[data-list="bad"]')).to_contain_text(words["refused"])
    first = secretary.locator("td.c.bad input")
    first.focus()
    secretary.keyboard.type("１２")
    secretary.keyboard.press("Enter")
    expect(secretary.locator("td.c.bad")).to_have_count(0)
    fill_gaps(secretary, language)
    assert figures(officer, live_server.url) == before, "a draft moves no figure"
    secretary.reload()
    entered = sheet_sums(secretary, {name: items[name] for name in before if name in items})
    secretary.locator("[data-submit] button").click()
    expect(secretary.locator("body")).to_contain_text(words["waits"])
    after = {name: before[name] + entered.get(name, 1) for name in before}
    assert figures(officer, live_server.url) == pytest.approx(after)

    # The township returns it; the figures are gone again.
    staff = site.sign_in("lishumin")
    staff.goto(f"{live_server.url}/management/review/")
    staff.goto(address)
    staff.fill("#reason", REASON)
    staff.locator("form:has(#reason) button").click()
    expect(staff.locator(".jx-tabs [aria-current]")).to_be_visible()
    assert figures(officer, live_server.url) == pytest.approx(before)

    # The secretary finds it on the home page, corrects one cell and submits again.
    secretary.goto(live_server.url)
    expect(secretary.locator("main")).to_contain_text(REASON)
    secretary.goto(address)
    expect(secretary.locator(".jx-title")).to_contain_text(words["returned"])
    corrected = secretary.locator(f'tr[data-line] input[name$="-{items["deeds"]}"]').first
    old = number(corrected.input_value())
    corrected.focus()
    secretary.keyboard.type(str(int(old) + 2))
    secretary.keyboard.press("Enter")
    expect(secretary.locator("td.c.ok")).to_have_count(1)
    secretary.locator("[data-submit] button").click()
    expect(secretary.locator(".jx-title")).to_contain_text(words["submitted"])

    # The township sees what was changed, ticks the sheet and confirms it.
    staff.goto(f"{live_server.url}/management/review/?tab=marked")
    row = staff.locator(f'tr[data-href="/management/sheets/{sheet.pk}/"]')
    expect(row).to_contain_text(words["changed"])
    row.locator("[name=sheet]").check()
    staff.locator("[data-confirm]").click()
    staff.goto(address)
    expect(staff.locator(".jx-title")).to_contain_text(words["confirmed"])
    history = staff.locator("section:has(> ol) li b").all_inner_texts()
    assert history[:5] == words["history"]

    # The county has moved by exactly this sheet, and the list behind the figure says so.
    entered["deeds"] += 2
    after = {name: before[name] + entered.get(name, 1) for name in before}
    assert figures(officer, live_server.url) == pytest.approx(after)
    officer.goto(f"{live_server.url}/figures/deeds/?area={sheet.area_id}&period={sheet.period_id}")
    assert number(officer.locator("tfoot td.num").first.inner_text()) == entered["deeds"]
    listed = [number(text) for text in officer.locator("tbody tr td.num:nth-child(2)").all_inner_texts()]
    assert sum(listed) == entered["deeds"]

    # An auditor reads it and can do nothing; for another branch's secretary it does not exist.
    auditor = site.sign_in("mawenbin")
    assert auditor.goto(address).status == 200  # type: ignore[union-attr]
    controls = auditor.locator("main [type=submit], main textarea, main input:not([type=radio], [type=hidden])")
    assert controls.count() == 0
    other = site.sign_in("dongcaocun")
    assert other.goto(address).status == 404  # type: ignore[union-attr]
    expect(other.locator("main")).to_contain_text(words["missing"])

    assert site.errors == []
    sheet.refresh_from_db()
    assert (sheet.state, sheet.confirmed_by.username, sheet.submitted_by.username) == (  # type: ignore[union-attr]
        "confirmed", "lishumin", "panghongliang",
    )  # fmt: skip
    verbs = list(SheetMove.objects.filter(sheet=sheet).order_by("at", "pk").values_list("verb", flat=True))
    assert verbs == ["begin", "submit", "return", "submit", "confirm"]
    assert totals.differences(sheet.period) == []
