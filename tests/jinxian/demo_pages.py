"""The demo township as the pages show it on one fixed day: written once per module, undone at its end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from django.db import transaction
from django.test import Client

from accounts.models import User
from jinxian.demo.county import generate

ON = date(2026, 10, 8)
NOON = datetime(2026, 10, 8, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
PERSONAS = ["haojianmin", "lishumin", "panghongliang", "gaowenming", "panglixin", "yinsufen", "mawenbin", "xulei"]


@contextmanager
def written_township(blocker: Any) -> Iterator[None]:
    with blocker.unblock(), time_machine.travel(NOON), transaction.atomic():
        generate(scale="township", on=ON, progress=lambda share: None)
        yield
        transaction.set_rollback(True)


def client_of(username: str, language: str = "en") -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    client.cookies["django_language"] = language
    return client


def text_of(response: Any) -> str:
    """The page's words in one line, without tags."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def links_of(response: Any, mark: str) -> dict[str, str]:
    """Name → address of the links that carry `data-<mark>`."""
    found = re.findall(r"<a [^>]*>", response.content.decode())
    links = {}
    for tag in found:
        name, url = re.search(rf'data-{mark}="([^"]+)"', tag), re.search(r'href="([^"]+)"', tag)
        if name and url:
            links[name[1]] = unescape(url[1])
    return links
