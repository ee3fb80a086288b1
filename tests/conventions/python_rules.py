"""Rules of the Python files: which floor knows which, where rows are read, what stands nowhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.conventions.sources import APPS, Rule, at, module_of, names_in, parents_of

MODULES = tuple(f"{app}/**/*.py" for app in APPS)
# From the ground up; each may import itself and what is below it.
FLOORS = ("jinxian.lib", "accounts", "service_areas", "members", "activities", "assessments", "workbook", "jinxian")
# Modules that read rows for the person who asks.
READING = (
    "*/views.py", "*/views/*.py", "*/filters.py", "*/tables.py", "*/statistics.py", "*/crumbs.py", "*/forms.py",
    "*/templatetags/*.py", "jinxian/duties.py", "jinxian/shell.py",
)  # fmt: skip
DOORS = frozenset({"visible_to", "editable_by"})
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
# Path and model → why these rows may be read past the door.
PAST_THE_DOOR = {
    ("assessments/statistics.py", "ItemTotal"): "the totals of one place, which the caller has found within the scope",
    ("accounts/forms.py", "get_user_model()"): "the account that signs in, before anybody is known",
}
HOOKS = frozenset(
    {"save_model", "save_related", "get_form", "admin_view", "order"}
)  # Django's and django-tables2's own


def imports_go_down(path: str, source: str) -> Iterator[str]:
    own = floor_of(module_of(path))
    for node, imported in imports_of(source):
        floor = floor_of(imported)
        if floor is not None and own is not None and floor > own:
            yield at(path, node, f"{FLOORS[own]} knows nothing of {imported}")


def imports_of(source: str) -> Iterator[tuple[ast.AST, str]]:
    """Every import, wherever it stands: in a function or for types alone it is still known."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def floor_of(module: str) -> int | None:
    found = [place for place, floor in enumerate(FLOORS) if f"{module}.".startswith(f"{floor}.")]
    return found[0] if found else None


def ground_stays_plain(path: str, source: str) -> Iterator[str]:
    for node, imported in imports_of(source):
        if imported.startswith(("django.db.models", "django.contrib", "django.utils.timezone", "django.shortcuts")):
            yield at(path, node, f"a leaf helper does not import {imported}")


def rows_come_through_the_door(path: str, source: str) -> Iterator[str]:
    tree = ast.parse(source)
    parents = parents_of(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            above, model = parents[node], ast.unparse(node.value)
            is_door = isinstance(above, ast.Attribute) and above.attr in DOORS
            if not is_door and (path, model) not in PAST_THE_DOOR:
                yield at(path, node, f"{model}.{node.attr} without visible_to")
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"get_object_or_404", "get_list_or_404"}:
            rows = ast.unparse(node.args[0])
            if rows.isidentifier() and rows[0].isupper():
                yield at(path, node, f"{rows} without visible_to")


def modules_say_what_they_decide(path: str, source: str) -> Iterator[str]:
    says_it_all = not source.strip() or path.endswith("apps.py") or "/migrations/" in path
    if not says_it_all and not ast.get_docstring(ast.parse(source)):
        yield f"{path}: opens without a word"


def names_say_something(path: str, source: str) -> Iterator[str]:
    if module_of(path).rpartition(".")[2] in {"utils", "helpers", "services", "common", "misc", "managers", "signals"}:
        yield f"{path}: name it after what it decides"


def nothing_happens_behind_the_back(path: str, source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete", "bulk_create"}:
            yield at(path, node, f"{node.name}() does what its name says and no more: do not override it")
    for node, imported in imports_of(source):
        if imported.startswith(("django.dispatch", "django.db.models.signals", "django.core.signals")):
            yield at(path, node, "no signals")


def nothing_weakens_a_guard(path: str, source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id == "csrf_exempt":
            yield at(path, node, "every form has its token")
        elif isinstance(node, ast.Call) and names_in(node.func) & {"mark_safe", "SafeString"}:
            if not (path.endswith("templatetags/shell.py") and "as_widget" in names_in(node)):
                yield at(path, node, "use format_html: it escapes what is put in")
        elif isinstance(node, ast.Call) and {"RawSQL", "raw"} & names_in(node.func) and MANAGERS & names_in(node.func):
            yield at(path, node, "no SQL by hand where a queryset does it")


def booleans_are_named(path: str, source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith(("_", "order_")) and node.name not in HOOKS:
            for argument in [*node.args.posonlyargs, *node.args.args]:
                if argument.annotation is not None and ast.unparse(argument.annotation) == "bool":
                    yield at(path, node, f"{node.name}: {argument.arg} is keyword-only")


def migrations_lead_back(path: str, source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and names_in(node.func) & {"RunPython", "RunSQL"} - {"noop"}:
            has_way_back = len(node.args) > 1 or {each.arg for each in node.keywords} & {"reverse_code", "reverse_sql"}
            if not has_way_back:
                yield at(path, node, "a migration without a way back")


RULES = (
    Rule(
        "imports go down the floors",
        MODULES,
        imports_go_down,
        breaks=(
            ("members/transfers.py", "from assessments.models import Sheet"),
            ("service_areas/scoping.py", "def f():\n    import members.models"),
            ("accounts/views.py", "if TYPE_CHECKING:\n    from service_areas.models import Appointment"),
            ("assessments/display.py", "from jinxian.shell import shell"),
            ("jinxian/lib/numbers.py", "from accounts.models import User"),
            ("jinxian/lib/numbers.py", "from jinxian import settings"),
        ),
        keeps=(
            ("assessments/grid.py", "from members.models import Member\nfrom jinxian.lib.numbers import parse"),
            ("jinxian/duties.py", "from assessments.models import Sheet"),
        ),
    ),
    Rule(
        "the ground floor has no models and no clock",
        ("jinxian/lib/**/*.py",),
        ground_stays_plain,
        breaks=(("jinxian/lib/quarters.py", "from django.utils.timezone import localdate"),),
        keeps=(("jinxian/lib/quarters.py", "from django.utils.translation import gettext"),),
    ),
    Rule(
        "rows for a person come through visible_to",
        READING,
        rows_come_through_the_door,
        breaks=(
            ("members/views.py", "def f(r):\n    return Member.objects.filter(pk=1)"),
            ("members/views.py", "rows = Member.objects"),
            ("members/views.py", "rows = Member.objects.filter(pk=1).visible_to(user)"),
            ("members/views.py", "rows = Member._base_manager.all()"),
            ("members/views.py", "row = get_object_or_404(Member, pk=pk)"),
        ),
        keeps=(
            ("members/views.py", "row = get_object_or_404(Member.objects.visible_to(user).filter(x=1), pk=pk)"),
            ("members/views.py", "row = get_object_or_404(rows, pk=pk)"),
        ),
    ),
    Rule(
        "a module opens with what it decides",
        MODULES,
        modules_say_what_they_decide,
        breaks=(("members/records.py", "import os"),),
        keeps=(("members/records.py", '"""Records."""'), ("members/__init__.py", "")),
    ),
    Rule(
        "a module is named after what it decides",
        (*MODULES, "tests/**/*.py"),
        names_say_something,
        breaks=(("members/utils.py", ""), ("members/helpers/__init__.py", "")),
        keeps=(("members/links.py", ""),),
    ),
    Rule(
        "nothing happens in save() or in a signal",
        MODULES,
        nothing_happens_behind_the_back,
        breaks=(
            ("members/models.py", "class M:\n    def save(self, *a):\n        pass"),
            ("members/models.py", "from django.db.models.signals import post_save"),
            ("members/apps.py", "from django.dispatch import receiver"),
        ),
        keeps=(("members/models.py", "class M:\n    def saved(self):\n        self.save()"),),
    ),
    Rule(
        "no guard is weakened",
        MODULES,
        nothing_weakens_a_guard,
        breaks=(
            ("members/views.py", "@csrf_exempt\ndef f(request):\n    pass"),
            ("members/views.py", "text = mark_safe(name)"),
            ("members/views.py", "rows = Member.objects.raw(sql)"),
        ),
        keeps=(("members/views.py", "text = format_html('<b>{}</b>', name)"),),
    ),
    Rule(
        "booleans are keyword-only",
        MODULES,
        booleans_are_named,
        breaks=(("members/links.py", "def begin(link, is_primary: bool = True): pass"),),
        keeps=(("members/links.py", "def begin(link, *, is_primary: bool = True): pass"),),
    ),
    Rule(
        "every migration leads back",
        tuple(f"{app}/migrations/*.py" for app in APPS),
        migrations_lead_back,
        breaks=(
            ("members/migrations/0002_x.py", "o = [migrations.RunPython(fill)]"),
            ("members/migrations/0002_x.py", "o = [migrations.RunSQL('UPDATE x')]"),
        ),
        keeps=(
            ("members/migrations/0002_x.py", "o = [migrations.RunPython(fill, migrations.RunPython.noop)]"),
            ("members/migrations/0002_x.py", "o = [migrations.RunPython(fill, reverse_code=empty)]"),
        ),
    ),
)
