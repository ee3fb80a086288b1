"""Rules of templates and scripts: what opens a template, nothing inline, no address by hand, no right, no bare text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.conventions.sources import Rule

TEMPLATES = ("templates/**/*.html",)
SCRIPTS = ("static/js/*.js",)
ON_THEIR_OWN = ("templates/400.html", "templates/500.html")  # drawn without context, in both languages at once

COMMENT = r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}"
HEADER = re.compile(rf'(?:\{{% extends "[^"]+" %\}})?\s*({COMMENT})', re.DOTALL)
INLINE = {
    r"<script(?![^>]*\bsrc=)": "a script of its own file",
    r"<script[^>]*>\s*[^<\s]": "a script of its own file",
    r"<style\b|\sstyle\s*=": "a class, not a style",
    r"\son[a-z]+\s*=": "a script that listens, not an attribute",
    r"javascript:": "a script that listens, not an address",
}
RIGHTS = r"\b(perms|is_staff|is_superuser|has_perm|scope_of|appointments\.\w+)\b|\.objects\b"
MARKUP = r"\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\("


def header_names_blocks_or_context(path: str, source: str) -> Iterator[str]:
    header = HEADER.match(source)
    if header is None:
        yield f"{path}: opens without a comment"
    elif not re.search(r"\b(Blocks|Context): ", header[1]):
        yield f"{path}: its comment names neither Blocks nor Context"
    elif source.startswith("{% extends") and "Blocks: " not in header[1]:
        yield f"{path}: which blocks does it fill?"


def nothing_is_inline(path: str, source: str) -> Iterator[str]:
    for pattern, words in INLINE.items():
        for found in re.finditer(pattern, source):
            yield f"{path}:{line_of(source, found.start())}: {words}"


def addresses_have_names(path: str, source: str) -> Iterator[str]:
    if path in ON_THEIR_OWN:
        return
    for found in re.finditer(r"""\b(href|action|src|data-[a-z-]*url)=["'](/|https?:)""", source):
        yield f"{path}:{line_of(source, found.start())}: use the url or static tag"


def scripts_know_no_address(path: str, source: str) -> Iterator[str]:
    for found in re.finditer(r"""["'`]/[a-z][\w/-]*|["'`]https?:(?!//www\.w3\.org/)""", source):
        yield f"{path}:{line_of(source, found.start())}: the page tells the address, in a data- attribute"


def scripts_write_text_and_no_markup(path: str, source: str) -> Iterator[str]:
    for found in re.finditer(MARKUP, source):
        yield f"{path}:{line_of(source, found.start())}: build elements, or set textContent"


def pages_decide_no_right(path: str, source: str) -> Iterator[str]:
    for found in re.finditer(r"\{[{%].*?[%}]\}", source, re.DOTALL):
        if re.search(RIGHTS, found[0]):
            yield f"{path}:{line_of(source, found.start())}: the view passes the verdict"


def nothing_is_taken_for_safe(path: str, source: str) -> Iterator[str]:
    for found in re.finditer(r"\|safe\b|\{% autoescape off", source):
        if not source[: found.end()].endswith("field.help_text|safe"):
            yield f"{path}:{line_of(source, found.start())}: what people typed is escaped"


def posts_carry_the_token(path: str, source: str) -> Iterator[str]:
    for form in re.finditer(r"<form\b.*?</form>", source, re.DOTALL):
        head, _end, _rest = form[0].partition("{% csrf_token %}")
        if re.search(r'method="post"', form[0], re.IGNORECASE) and head == form[0]:
            yield f"{path}:{line_of(source, form.start())}: a form without its token"


def every_word_is_translated(path: str, source: str) -> Iterator[str]:
    if path in ON_THEIR_OWN:
        return
    text = re.sub(rf"{COMMENT}|\{{% blocktrans.*?endblocktrans\w* %\}}", "", source, flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
    text = re.sub(r"<kbd>.*?</kbd>|<[^>]*>|&\w+;", "\n", text, flags=re.DOTALL)
    for word in re.findall(r"[^\W\d_]{2,}", text):
        yield f"{path}: “{word}” is in one language only"


def line_of(source: str, place: int) -> int:
    return source.count("\n", 0, place) + 1


def page(name: str, *sources: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, source) for source in sources)


RULES = (
    Rule(
        "a template opens with its blocks and context",
        TEMPLATES,
        header_names_blocks_or_context,
        breaks=page("templates/x.html", "<p></p>", "{# Something. #}", '{% extends "base.html" %}{# Context: none. #}'),
        keeps=page("templates/x.html", "{# Context: row. #}<tr>", '{% extends "base.html" %}\n{# Blocks: title. #}'),
    ),
    Rule(
        "nothing is inline",
        TEMPLATES,
        nothing_is_inline,
        breaks=page(
            "templates/x.html",
            "<script>go()</script>",
            '<script src="a.js">go()</script>',
            "<style>p{}</style>",
            '<p style="color:red">',
            '<a onclick="go()">',
            '<a href="javascript:go()">',
        ),
        keeps=page("templates/x.html", '<script src="a.js"></script>', '<option value="on">', "<p data-on=x>"),
    ),  # fmt: skip
    Rule(
        "an address is named, not written",
        TEMPLATES,
        addresses_have_names,
        breaks=page(
            "templates/x.html",
            '<a href="/management/">',
            "<form action='/x/'>",
            '<img src="https://x.org/a.png">',
            '<table data-save-url="/cells/">',
        ),
        keeps=page("templates/x.html", "<a href=\"{% url 'home' %}\">", '<a href="?page=2">', '<a href="#main">'),
    ),  # fmt: skip
    Rule(
        "a script knows no address",
        SCRIPTS,
        scripts_know_no_address,
        breaks=page("static/js/x.js", 'fetch("/management/sheets/1/")', "fetch('https://x.org')", "fetch(`/a/${pk}`)"),
        keeps=page("static/js/x.js", "fetch(form.dataset.saveUrl)", 'const sum = a + "/" + b;'),
    ),
    Rule(
        "a script writes text and no markup",
        SCRIPTS,
        scripts_write_text_and_no_markup,
        breaks=page("static/js/x.js", "row.innerHTML = name", 'eval("1")', "document.write(name)"),
        keeps=page("static/js/x.js", "row.textContent = name"),
    ),
    Rule(
        "no template decides a right",
        TEMPLATES,
        pages_decide_no_right,
        breaks=page(
            "templates/x.html", "{% if perms.x %}", "{% if user.is_superuser %}", "{{ row.lines.objects.all }}"
        ),
        keeps=page("templates/x.html", "{% if may_submit %}", "{% for row in appointments %}"),
    ),
    Rule(
        "no template takes typed text for safe",
        TEMPLATES,
        nothing_is_taken_for_safe,
        breaks=page("templates/x.html", "{{ name|safe }}", "{% autoescape off %}"),
        keeps=page("templates/x.html", "{{ field.help_text|safe }}"),
    ),
    Rule(
        "a form that posts carries its token",
        TEMPLATES,
        posts_carry_the_token,
        breaks=page("templates/x.html", '<form method="post"><button></form>'),
        keeps=page("templates/x.html", '<form method="post">{% csrf_token %}</form>', '<form method="get"></form>'),
    ),
    Rule(
        "every word is translated",
        TEMPLATES,
        every_word_is_translated,
        breaks=page("templates/x.html", "<p>Hello</p>", "<b>党员</b>"),
        keeps=page("templates/x.html", "<p>{% translate 'Hello' %}</p> · {{ name }} <kbd>Enter</kbd>"),
    ),
)
