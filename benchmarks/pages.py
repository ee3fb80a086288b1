"""What is measured: which pages, as whom, and how many queries each may need.

Addresses are found on the pages themselves, as the persona would find them, so that any demo county will do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from benchmarks.browser import Answer, Ask, Browser
from benchmarks.saving import CELLS, Saving
from jinxian.environment import stop

COUNTY, TOWNSHIP, SECRETARY = "County staff", "Township staff, Xiaoqiao Town", "Branch secretary, Pangcun"
PERSONAS = {COUNTY: "county", TOWNSHIP: "township", SECRETARY: "secretary of Pangcun"}
LIST_QUERIES, PAGE_QUERIES, SAVE_QUERIES = 10, 20, 12
SHEETS = "/management/sheets/"


@dataclass
class Page:
    """A page to read, or a form to post where there is a `saving`. `most_queries` is the goal, None without one."""

    name: str
    persona: str
    path: str = ""
    most_queries: int | None = None
    saving: Saving | None = None

    def ask(self, browser: Browser) -> Ask:
        return self.saving.ask(browser) if self.saving else Ask(self.path)

    def prove(self, browser: Browser, answer: Answer) -> None:
        if self.saving:
            self.saving.prove(browser, answer)
        elif answer.status != 200:
            stop(f"{self.path} was answered with {answer.status}.")


def pages_of(browsers: Mapping[str, Browser]) -> list[Page]:
    sheet = fullest_sheet(browsers[SECRETARY])
    return [*reading(browsers, sheet), *saves(browsers, sheet)]


def reading(browsers: Mapping[str, Browser], sheet: str) -> Iterator[Page]:
    area = links(browsers[COUNTY], f"/organization/areas/?q={quote('庞村')}", "/organization/areas/")[0]
    yield Page("a line of text", COUNTY, "/bare/text/")
    for persona in (SECRETARY, TOWNSHIP, COUNTY):
        yield Page("home", persona, "/", PAGE_QUERIES)
    yield Page("area list", COUNTY, "/organization/areas/", LIST_QUERIES)
    yield Page("member list by surname", COUNTY, f"/organization/members/?q={quote('王')}", LIST_QUERIES)
    yield Page("member list by pinyin", COUNTY, "/organization/members/?q=wanghong", LIST_QUERIES)
    yield Page("household list", COUNTY, "/organization/households/", LIST_QUERIES)
    yield Page("branch list", COUNTY, "/organization/branches/", LIST_QUERIES)
    yield Page("sheet list", COUNTY, SHEETS, LIST_QUERIES)
    yield Page("area page", COUNTY, area)
    yield Page("sheet page", SECRETARY, sheet, PAGE_QUERIES)
    yield Page("overview", COUNTY, "/overview/", PAGE_QUERIES)


def saves(browsers: Mapping[str, Browser], sheet: str) -> Iterator[Page]:
    submitted = sheet_of_a_secretary(browsers[TOWNSHIP])
    cell, pasted = Saving(sheet, most=1, is_script=True), Saving(sheet, is_script=True)
    yield Page("save one cell", SECRETARY, sheet, SAVE_QUERIES, cell)
    yield Page("save a whole sheet", SECRETARY, sheet, SAVE_QUERIES, Saving(sheet))
    yield Page("save a whole sheet, pasted", SECRETARY, sheet, SAVE_QUERIES, pasted)
    if submitted:
        own_line = Saving(submitted, is_script=True)
        yield Page("fill in a secretary's own line", TOWNSHIP, submitted, saving=own_line)


def fullest_sheet(browser: Browser) -> str:
    """The sheet of the secretary's branch with the most cells to fill in; those not started yet are begun."""
    counts: dict[str, int] = {}
    for sheet in links(browser, SHEETS, SHEETS):
        begin = browser.form(sheet, "/begin/")
        if begin is not None:
            browser.send(Ask(begin.action, begin.fields))
        form = browser.form(sheet, CELLS)
        counts[sheet] = len(form.cells) if form else 0
    best = max(counts, key=lambda sheet: counts[sheet], default="")
    if not counts.get(best):
        stop("No sheet of Pangcun can be filled in today: this demo county has grown old. Measure a new one.")
    return best


def sheet_of_a_secretary(browser: Browser) -> str | None:
    """A submitted sheet on which the township fills in the secretary's own line: there the totals move along."""
    for sheet in links(browser, f"{SHEETS}?state=submitted", SHEETS):
        form = browser.form(sheet, CELLS)
        if form and form.cells:
            return sheet
    return None


def links(browser: Browser, path: str, start: str) -> list[str]:
    """The addresses of single things that a list links to, in its order."""
    found = re.findall(rf'href="({re.escape(start)}[0-9]+/)"', browser.page(path).text)
    return list(dict.fromkeys(found))
