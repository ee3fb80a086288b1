"""Which files the house consists of, and how a rule looks at one of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("accounts", "service_areas", "members", "activities", "assessments", "workbook", "jinxian")

Finds = Callable[[str, str], Iterator[str]]  # (path, source) → what is wrong there


class Rule(NamedTuple):
    """A sentence of the house style, the files it is about, and little texts that break it and that keep it."""

    says: str
    files: tuple[str, ...]  # patterns below the root
    finds: Finds
    breaks: tuple[tuple[str, str], ...]
    keeps: tuple[tuple[str, str], ...] = ()


def paths(*patterns: str) -> list[str]:
    """The files of the house that match, as paths below its root."""
    found = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(str(path.relative_to(ROOT)) for path in found if "vendor" not in path.parts)


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def names_in(node: ast.AST) -> set[str]:
    """Every name and attribute that is mentioned below."""
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return names | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def parents_of(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def at(path: str, node: ast.AST, words: str) -> str:
    return f"{path}:{getattr(node, 'lineno', 1)}: {words}"
