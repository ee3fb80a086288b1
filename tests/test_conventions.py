"""The house: rules of files and views (tests/conventions/), each tried on a text that breaks it; models and grants."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from assessments.permissions import GRANTS as OF_SHEETS
from assessments.permissions import NEVER
from jinxian.permission_table import GRANTS
from service_areas.dated import Dated, DatedQuerySet
from service_areas.permissions import ROLES, Grant
from service_areas.scoping import READS_BY_PLACE, ScopedQuerySet, each_path
from tests.conventions import page_rules, python_rules
from tests.conventions.sources import APPS, ROOT, Rule, module_of, paths, read
from tests.conventions.view_rules import PUBLIC, faults_of, views_of_the_site

RULES = (*python_rules.RULES, *page_rules.RULES)
BREAKS = [(rule, *text) for rule in RULES for text in rule.breaks]
KEEPS = [(rule, *text) for rule in RULES for text in rule.keeps]
VIEWS = list(views_of_the_site())
MODELS = [
    model
    for model in apps.get_models()
    if model._meta.app_label in APPS and not hasattr(model, "history_object")  # simple-history's own
]
SCOPED = [model for model in MODELS if hasattr(model._default_manager.all(), "visible_to")]
# Kind of place → the model at the end of its path.
ENDS = {kind: kind for kind in READS_BY_PLACE.values()} | {"area": "servicearea", "member": "branch", "own": "user"}
# Grants that no view asks for, because visible_to alone keeps them; tests/access/test_sights.py holds them against it.
KEPT_BY_SCOPE = {"SEE_LINKS", "SEE_PLAN"}


def named(value: object) -> str:
    return value.says if isinstance(value, Rule) else str(value)[:60]


# Files


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_the_house_keeps_its_rule(rule: Rule) -> None:
    files = paths(*rule.files)
    assert files
    assert [fault for path in files for fault in rule.finds(path, read(path))] == []


@pytest.mark.parametrize(("rule", "path", "text"), BREAKS, ids=named)
def test_a_text_that_breaks_the_rule_is_found(rule: Rule, path: str, text: str) -> None:
    assert [*rule.finds(path, text)]


@pytest.mark.parametrize(("rule", "path", "text"), KEEPS, ids=named)
def test_a_text_that_keeps_the_rule_is_left_alone(rule: Rule, path: str, text: str) -> None:
    assert [*rule.finds(path, text)] == []


def test_what_may_be_read_past_the_door_is_still_read_there() -> None:
    for path, model in python_rules.PAST_THE_DOOR:
        assert f"{model}.objects" in read(path), "take it out of PAST_THE_DOOR"


def test_every_folder_of_tests_is_a_package_of_its_own() -> None:
    """Otherwise tests/members would stand before the application's own package."""
    folders = {path.rpartition("/")[0] for path in paths("tests/**/*.py")}
    assert [folder for folder in folders if not paths(f"{folder}/__init__.py")] == []


# Views


@pytest.mark.parametrize(("name", "view"), VIEWS, ids=[name for name, _view in VIEWS])
def test_a_view_takes_its_method_asks_for_a_right_and_bears_the_name_of_its_address(name: str, view: Any) -> None:
    assert inspect.isfunction(view) and view.__name__ == name
    assert [*faults_of(inspect.getsource(inspect.getmodule(view)), name)] == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("def area(request):\n    require(may_open(request))", "takes any method"),
        ("@require_GET\ndef area(request):\n    return render(request)", "asks for no right"),
        ("@require_GET\ndef area(request):\n    return page(request)\ndef page(r): return r", "asks for no right"),
        ("@login_not_required\n@require_GET\ndef area(request):\n    require(x)", "is public, or was"),
    ],
)
def test_a_view_that_lacks_something_is_found(text: str, fault: str) -> None:
    assert next(faults_of(text, "area")).startswith(fault)


def test_a_view_may_leave_the_asking_to_a_part_of_its_module() -> None:
    text = (
        "@require_GET\ndef area(r):\n    return page(r)\ndef page(r):\n    return rows(r)\ndef rows(r):\n    require(r)"
    )
    assert [*faults_of(text, "area")] == []


def test_nothing_but_the_door_is_public() -> None:
    assert PUBLIC.keys() <= {name for name, _view in VIEWS}


# Models


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_model_has_a_door_a_word_and_constraints_that_bear_its_name(model: type[models.Model]) -> None:
    assert model in SCOPED or model.__name__ in {"User", "Activation"}, "rows without visible_to"
    assert not str(model.__doc__).startswith(f"{model.__name__}("), "what is one row?"
    table = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", model.__name__).lower()
    assert [each.name for each in model._meta.constraints if not each.name.startswith(f"{table}_")] == []


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_the_paths_of_a_scope_lead_to_their_places(model: Any) -> None:
    assert isinstance(model.objects.all(), ScopedQuerySet) and "county" in model.scope_paths
    for kind, path in model.scope_paths.items():
        assert [each for each in each_path(path) if end_of(model, each)._meta.model_name != ENDS[kind]] == []


def end_of(model: Any, path: str) -> Any:
    for part in path.split("__"):
        model = model if part == "pk" else model._meta.get_field(part).related_model
    return model


@pytest.mark.parametrize("model", [m for m in MODELS if issubclass(m, Dated)], ids=lambda model: model.__name__)
def test_a_dated_model_knows_what_holds_on_a_day_and_never_ends_before_it_began(model: Any) -> None:
    assert isinstance(model.objects.all(), DatedQuerySet) and callable(model.objects.current)
    assert [each for each in model._meta.constraints if each.name.endswith("_dates_in_order")]


# Grants and their table


def test_every_grant_that_an_app_declares_is_in_the_table_and_asked_somewhere() -> None:
    code = "\n".join(read(path) for path in paths(*python_rules.MODULES))
    for path in paths("*/permissions.py"):
        module = vars(import_module(module_of(path)))
        for name, grant in module.items():
            if isinstance(grant, Grant):
                assert grant in module["GRANTS"] and grant in GRANTS, name
                assert len(re.findall(rf"\b{name}\b", code)) > 2 or name in KEPT_BY_SCOPE, f"nobody asks for {name}"


def test_the_table_says_nothing_twice_and_knows_every_role_it_names() -> None:
    assert len({(grant.resource, grant.verb) for grant in GRANTS}) == len(GRANTS)
    assert all({*grant.roles} <= {*ROLES} for grant in GRANTS)


def test_clerk_and_administrator_hold_nothing_of_the_assessment() -> None:
    assert [grant.verb for grant in OF_SHEETS if {*grant.roles} & {*NEVER}] == []


def test_the_documentation_holds_the_table_that_the_command_prints() -> None:
    printed = StringIO()
    call_command("permissions", stdout=printed)
    page = read("docs/permissions.md")
    table = re.search(r"<!-- The table .*? -->\n\n(.*?)\n<!-- End of the table. -->", page, re.DOTALL)
    assert table and table[1] == printed.getvalue(), "manage.py permissions prints another table"


def test_the_documentation_names_every_rule_and_files_that_exist() -> None:
    page = read("docs/permissions.md")
    assert re.findall(r"^\| (\d) \|", page, re.MULTILINE) == [str(number) for number in range(1, 10)]
    for path in re.findall(r"`([\w/]+\.py|[\w/]+/)`", page):
        assert (ROOT / path).exists() or path == "permissions.py", path
