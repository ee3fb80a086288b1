"""A workbook brought in with a real browser: chosen, watched, decided, written; nothing inline is needed for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from members.models import Member
from service_areas.models import Village
from tests.jinxian import admin_world as base
from workbook import processes, running
from workbook.models import Run

pytestmark = pytest.mark.django_db(transaction=True)


class Process:
    """The process beside the server: at work from the start until the test lets it finish."""

    def __init__(self, folder: Any) -> None:
        self.folder, self.at_work = folder, set[int]()

    def start(self, run_id: int) -> None:
        self.at_work.add(run_id)
        (self.folder / f"{run_id}.run").write_text(json.dumps({"share": 0.4, "stage": "reading"}))

    def finish(self) -> None:
        [run_id] = self.at_work
        running.work_off(Run.objects.get(pk=run_id), tell=lambda share, stage: None)
        self.at_work.clear()


@pytest.fixture
def process(monkeypatch: Any, settings: Any, tmp_path: Any) -> Process:
    settings.RUNS_DIR = tmp_path
    found = Process(tmp_path)
    monkeypatch.setattr(processes, "start", found.start)
    monkeypatch.setattr(processes, "is_alive", lambda run_id: run_id in found.at_work)
    return found


def watch(page: Page, process: Process, state: str) -> None:
    """See the bar move without the person doing anything, and the result take its place."""
    expect(page.locator("[data-share]")).to_have_text("40 %")
    expect(page.locator("[data-again]")).to_be_hidden()
    process.finish()
    expect(page.locator(".jx-title .st")).to_have_text(state)


def test_a_workbook_from_the_choice_of_files_to_the_books(page: Page, live_server: Any, process: Process) -> None:
    w = base.everything()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    session = base.signed_in(w.officer).cookies["sessionid"].value
    for name, value in (("sessionid", session), ("django_language", "en")):
        page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])

    # From the admin's list to the form; the names of the files, and two quick presses.
    page.goto(f"{live_server.url}/admin/members/member/")
    page.get_by_role("link", name="Import from a workbook").click()
    expect(page.locator("aside h2")).to_have_text("The columns of “Members”")
    page.set_input_files("[name=workbook]", [
        {"name": "villages.csv", "mimeType": "text/csv",
         "buffer": f"code,name,township\n{w.township.code}777,李村,{w.township.code}\n".encode()},
        {"name": "members.csv", "mimeType": "text/csv",
         "buffer": f"code,name,branch,sex\nN1,{w.member.name},{w.branch.code},男\n".encode()},
    ])  # fmt: skip
    expect(page.locator("[data-files] li")).to_have_text(["villages.csv", "members.csv"])
    page.get_by_role("button", name="Check the file").dblclick()
    watch(page, process, "Checked, nothing written")
    assert Run.objects.count() == 1

    # One row waits: the shut button does nothing, the way out asks first, and the decision opens the button.
    address = page.url
    page.get_by_role("button", name="Write all").click(force=True)
    expect(page.locator("#why-not")).to_contain_text("One row waits for your decision.")
    page.locator("summary", has_text="Discard").click()
    expect(page.get_by_role("button", name="Discard the import")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Discard the import")).to_be_hidden()
    page.get_by_role("link", name="You decide 1").click()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Another person").click()
    watch(page, process, "Checked, nothing written")
    expect(page.get_by_role("button", name="Another person")).to_have_attribute("aria-pressed", "true")
    assert page.url == address and not Village.objects.filter(name="李村").exists()

    # Written, and the browser's way back brings nothing up a second time.
    page.get_by_role("button", name="Write all").click()
    watch(page, process, "Written")
    assert Village.objects.filter(name="李村").count() == 1
    assert Member.objects.filter(name=w.member.name, branch=w.branch).count() == 2
    page.get_by_role("link", name="Members", exact=True).last.click()
    expect(page.locator("main")).to_contain_text(w.member.name)
    page.go_back()
    expect(page.locator(".jx-title .st")).to_have_text("Written")
    assert said == []
