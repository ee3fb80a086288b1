"""The page of one run: where it stands, what it will do or did sheet by sheet, and what is to be mended."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from service_areas.appointing import waiting_accounts
from service_areas.crumbs import crumbs_of_scope
from workbook import processes, running
from workbook.findings import in_words
from workbook.format import BY_KEY, SHEETS, Column
from workbook.lists import list_of
from workbook.models import Problem, Run

PER_PAGE = 25
SHOWN_CHANGES = 3
COUNTED = ("added", "changed", "same", "refused", "open")


def run_page(request: HttpRequest, run: Run, *, status: int = 200) -> HttpResponse:
    """The page of the run as it stands now, also as the answer to a post that came too late."""
    is_cut_off = running.is_cut_off(run)
    progress = processes.progress_of(run.pk)
    context: dict[str, Any] = {
        "run": run,
        "is_cut_off": is_cut_off,
        "is_at_work": run.state in Run.AT_WORK and not is_cut_off,
        "is_answer": status != 200,
        "progress": progress,
        "stage": stage_words(progress.stage),
        "crumbs": crumbs_of_scope(request.user),
        "failure": _failure(run),
        "may_check_again": bool(run.failure) and (run.row_count > 0 or run.failure["sentence"] == running.CUT_SHORT),
    }
    if run.kind == Run.Kind.EXPORT:
        context["files"] = run.files.defer("sealed") if run.state == Run.State.READY and not run.is_over else []
        return render(request, "workbook/run_export.html", context, status=status)
    context |= _counts(run, request.user) | _problems(request, run)
    context["changes"] = with_headings(run.changes.all()[:SHOWN_CHANGES])
    context["change_count"] = run.changes.count()
    if run.state == Run.State.WRITTEN:
        context["waiting_count"] = len(waiting_accounts(request.user))
    return render(request, "workbook/run_detail.html", context, status=status)


def stage_words(stage: str) -> str:
    return {
        "reading": _("Reading the file"),
        "checking": _("Comparing with the books"),
        "writing": _("Writing"),
        "making": _("Making the file"),
    }.get(stage, _("Beginning"))


def _failure(run: Run) -> str:
    if not run.failure:
        return ""
    return in_words(Problem(sentence=run.failure["sentence"], values=run.failure.get("values", {})))


def _counts(run: Run, user: Any) -> dict[str, Any]:
    is_written = run.state == Run.State.WRITTEN
    rows = [
        (sheet, run.counts[sheet.key], list_of(sheet.key, user) if is_written else "")
        for sheet in SHEETS
        if sheet.key in run.counts
    ]
    return {"sheets": rows, "total": {name: run.total(name) for name in COUNTED}}


def _problems(request: HttpRequest, run: Run) -> dict[str, Any]:
    """The problems that are asked for, and how many of each kind there are, in the sheet that is asked for."""
    kind, sheet = request.GET.get("kind", ""), BY_KEY.get(request.GET.get("sheet", ""))
    asked = kind if kind in Problem.Kind.values else ""
    problems = run.problems.all()
    every: Counter[str] = Counter()
    here: Counter[str] = Counter()
    undecided = 0
    counted = problems.order_by().values_list("sheet", "kind", "choice").annotate(Sum("stands_for"))
    for key, name, choice, count in counted:
        every[name] += count
        here[name] += count if sheet is None or sheet.key == key else 0
        undecided += count if name == Problem.Kind.DECIDE and not choice else 0
    if asked:
        problems = problems.filter(kind=asked)
    if sheet:
        problems = problems.filter(sheet=sheet.key)
    page = Paginator(problems, PER_PAGE).get_page(request.GET.get("page"))
    for problem in page.object_list:
        _put_into_words(problem)
    errors = every[Problem.Kind.ERROR]
    filters = [("", _("All"), here.total()), ("error", _("Wrong"), here[Problem.Kind.ERROR])]
    filters += [("decide", _("You decide"), here[Problem.Kind.DECIDE]), ("look", _("Please look"), here["look"])]
    return {
        "problems": page, "kind": asked, "sheet": sheet, "filters": filters, "problem_count": every.total(),
        "is_cut": run.problems.filter(kind=Problem.Kind.ERROR, stands_for__gt=1).exists() if errors else False,
        "undecided": undecided, "error_count": errors, "is_blocked": bool(errors or undecided),
        "has_nothing": not (run.total("added") or run.total("changed")),
    }  # fmt: skip


def _put_into_words(problem: Any) -> None:
    problem.said = in_words(problem)
    if problem.sheet in BY_KEY:
        problem.sheet_title = BY_KEY[problem.sheet].title
    column = column_of(problem.sheet, problem.column)
    problem.heading = column.heading if column else ""


def column_of(sheet: str, key: str) -> Column | None:
    """The column as it is declared today; None where an older version knew another one."""
    declared = BY_KEY.get(sheet)
    return declared.column(key) if declared and key in declared.places else None


def with_headings(changes: Any) -> Any:
    """Each with its column's heading, and its values in the words of the list they come from."""
    for change in changes:
        column = column_of(change.sheet, change.column)
        words = {"True": _("Yes"), "False": _("No")} if column and column.kind == "yes_no" else {}
        words |= column.choices if column else {}
        change.heading = column.heading if column else change.column
        change.old_words = words.get(change.old, change.old)
        change.new_words = words.get(change.new, change.new)
        change.is_hidden = change.old == change.new
    return changes
