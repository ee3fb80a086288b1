"""A persona's browser, as far as measuring needs one: a kept connection, cookies, forms; no styles, scripts or icons.

A save is posted as the page posts it: the plain form URL-encoded, the script's as multipart with Accept: JSON.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from time import perf_counter
from typing import NamedTuple
from urllib.parse import urlencode

from benchmarks.server import HOST, SignIn
from jinxian.environment import stop

TIMEOUT = 60


class Ask(NamedTuple):
    """A request: a page without fields, a form with them."""

    path: str
    fields: dict[str, str] | None = None
    is_script: bool = False


@dataclass
class Answer:
    status: int
    body: bytes
    milliseconds: float
    headers: dict[str, str]  # names in small letters

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> dict[str, str]:
        """The cells of a sheet that can be filled in here: field and what stands in it."""
        return {name: text for name, text in self.fields.items() if name.startswith("c-")}


class Browser:
    def __init__(self, port: int, who: SignIn) -> None:
        self._connection = HTTPConnection(HOST, port, timeout=TIMEOUT)
        self._cookies: dict[str, str] = {}
        self._origin = f"http://{HOST}:{port}"
        self._sign_in(who)

    def send(self, ask: Ask) -> Answer:
        """The whole answer, and how long it took from the first byte sent to the last one read."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        method, body = "GET", b""
        if ask.fields is not None:
            method, (kind, body) = "POST", multipart(ask.fields) if ask.is_script else encoded(ask.fields)
            headers |= {"Content-Type": kind, "Origin": self._origin}
        if ask.is_script:
            headers["Accept"] = "application/json"
        began = perf_counter()
        self._connection.request(method, ask.path, body or None, headers)
        response = self._connection.getresponse()
        content = response.read()
        milliseconds = (perf_counter() - began) * 1000
        self._keep(response.headers.get_all("Set-Cookie") or [])
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, content, milliseconds, names)

    def page(self, path: str) -> Answer:
        answer = self.send(Ask(path))
        if answer.status != 200:
            stop(f"{path} was answered with {answer.status}.")
        return answer

    def form(self, path: str, ending: str) -> Form | None:
        """The form of the page whose address ends so; None where there is none for this person."""
        return next((form for form in forms_of(self.page(path).text) if form.action.endswith(ending)), None)

    def _sign_in(self, who: SignIn) -> None:
        path = "/accounts/sign-in/"
        form = self.form(path, path)
        fields = (form.fields if form else {}) | who._asdict()
        if self.send(Ask(path, fields)).status != 302:
            stop(f"{who.username} could not sign in.")

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            for name, cookie in SimpleCookie(line).items():
                self._cookies.pop(name, None)
                if cookie["max-age"] != "0" and cookie.value:
                    self._cookies[name] = cookie.coded_value


class FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append(Form(given.get("action") or ""))
            self._is_inside = True
        elif tag == "input" and self._is_inside and given.get("name"):
            self.forms[-1].fields[given["name"] or ""] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False


def forms_of(page: str) -> list[Form]:
    reader = FormReader()
    reader.feed(page)
    return reader.forms


def encoded(fields: dict[str, str]) -> tuple[str, bytes]:
    return "application/x-www-form-urlencoded", urlencode(fields).encode()


def multipart(fields: dict[str, str]) -> tuple[str, bytes]:
    """What fetch() makes of a FormData."""
    boundary = secrets.token_hex(16)
    parts = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    )
    return f"multipart/form-data; boundary={boundary}", f"{''.join(parts)}--{boundary}--\r\n".encode()
