"""What a person reads and finds typed on a page, whatever its mark-up: words, inputs, text areas."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

HIDDEN = {"script", "style", "title"}
INLINE = {"b", "small", "span", "a", "ins", "del", "svg", "use"}


class Page(HTMLParser):
    """`words` in one line, `inputs` by name (of radio buttons the one checked), `areas`: what stands in text areas."""

    def __init__(self, response: Any) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.inputs: dict[str, str] = {}
        self.hidden: dict[str, str] = {}
        self.areas: list[str] = []
        self.within: list[str] = []
        self.feed(response.content.decode())

    @property
    def words(self) -> str:
        return " ".join("".join(self.pieces).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in HIDDEN | {"textarea"}:
            self.within.append(tag)
        if tag == "textarea":
            self.areas.append("")
        if tag not in INLINE:
            self.pieces.append(" ")
        name, kind = given.get("name"), given.get("type") or "text"
        if tag != "input" or not name or (kind in {"radio", "checkbox"} and "checked" not in given):
            return
        self.inputs[name] = given.get("value") or ""
        if kind == "hidden":
            self.hidden[name] = self.inputs[name]

    def handle_endtag(self, tag: str) -> None:
        if self.within and self.within[-1] == tag:
            self.within.pop()
        if tag not in INLINE:
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if self.within and self.within[-1] == "textarea":
            self.areas[-1] += data
        elif not self.within:
            self.pieces.append(data)


def words(response: Any) -> str:
    return Page(response).words


def inputs(response: Any) -> dict[str, str]:
    return Page(response).inputs


def areas(response: Any) -> list[str]:
    return Page(response).areas


def hidden(response: Any) -> dict[str, str]:
    """The hidden fields that carry something of the person's."""
    found = Page(response).hidden
    return {name: value for name, value in found.items() if name not in {"csrfmiddlewaretoken", "next"}}


def raw(response: Any) -> str:
    return str(response.content.decode())
