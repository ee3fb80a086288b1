"""Rules of the views, read from the resolver: a method, a right that is asked, a reason for whatever is public."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import get_resolver

from tests.conventions.sources import names_in

METHODS = frozenset({"require_GET", "require_safe", "require_POST", "require_http_methods"})
ASKING = frozenset({"require", "visible_to", "editable_by", "asked_unit", "tops", "scope_of"})
# Who is not signed in gets here; each has its own reason.
PUBLIC = {
    "sign_in": "the door itself",
    "first_sign_in": "the door for who has a code on paper and no password yet",
    "sign_out": "ends whatever session there is, and none is no error",
    "language_set": "the door speaks both languages",
}
OWN = {"account": "the person's own account", "password_change": "the person's own password"}


def views_of_the_site(resolver: Any = None) -> Iterator[tuple[str, Callable[..., Any]]]:
    """(name of the address, view) of every address of our own; the admin has its own door."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            if pattern.app_name != "admin":
                yield from views_of_the_site(pattern)
        else:
            yield pattern.name, inspect.unwrap(pattern.callback)


def faults_of(source: str, name: str) -> Iterator[str]:
    """What the view `name` of this module lacks."""
    functions = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    view = functions[name]
    decorators = set().union(*(names_in(each) for each in view.decorator_list), set())
    if not METHODS & decorators:
        yield "takes any method"
    if ("login_not_required" in decorators) != (name in PUBLIC):
        yield "is public, or was, without a reason in PUBLIC"
    mentioned = names_below(view, functions)
    asks = ASKING & mentioned or any(each.startswith(("find_", "may_")) for each in mentioned)
    if not asks and name not in PUBLIC and name not in OWN:
        yield "asks for no right"


def names_below(view: ast.AST, functions: dict[str, ast.FunctionDef], seen: frozenset[str] = frozenset()) -> set[str]:
    """What the view mentions, and the functions of its module that it mentions."""
    found = {name for part in getattr(view, "body", []) for name in names_in(part)}
    for name in (found & functions.keys()) - seen:
        found |= names_below(functions[name], functions, seen | found)
    return found
