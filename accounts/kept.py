"""What somebody had typed when the session had ended: carried through the sign-in and sent again.

Decided here: what is carried and how much. Files, passwords and ID numbers never are. The fields travel in the page
itself as hidden inputs, not on the server, and are posted again by the person's own click; the view they go to decides
anew what that person may do, so another person's sign-in gains nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

PREFIX = "kept."
PATH = "kept_path"
ID_NUMBER = "id_number"  # the field of a person's number, whatever form it stands in
# With its names prefixed and encoded this stays inside DATA_UPLOAD_MAX_MEMORY_SIZE and …_NUMBER_FIELDS.
MOST_FIELDS = 2000
MOST_BYTES = 400_000


@dataclass(frozen=True)
class Kept:
    """The fields of one refused POST and the same-site path they were meant for."""

    path: str
    fields: tuple[tuple[str, str], ...] = ()
    has_files: bool = False
    is_too_much: bool = False

    @property
    def typed_count(self) -> int:
        return sum(1 for name, value in self.fields if value.strip() and name != "seen")


def kept_from(request: HttpRequest) -> Kept:
    """What this POST carried; without its fields where they are more than a page can carry."""
    fields = tuple(_carried(request.POST))
    path = request.get_full_path()
    if len(fields) > MOST_FIELDS or _size(fields) > MOST_BYTES:
        return Kept(path=path, has_files=bool(request.FILES), is_too_much=True)
    return Kept(path=path, fields=fields, has_files=bool(request.FILES))


def holds_secret(data: QueryDict) -> bool:
    """Whether a form of this kind is typed again rather than kept: without its secret it is of no use."""
    return any(_is_secret(name) for name in data)


def kept_again(data: QueryDict) -> Kept | None:
    """What the sign-in page brought back, None where it brought nothing or a path of another site."""
    path = data.get(PATH, "")
    if not is_own_path(path):
        return None
    fields = ((name.removeprefix(PREFIX), value) for name, value in _pairs(data) if name.startswith(PREFIX))
    return Kept(path=path, fields=tuple(pair for pair in fields if _may_travel(pair[0])))


def is_own_path(path: str) -> bool:
    """Whether `path` is a path of this site, with no host and nothing a header could not hold."""
    if not path.startswith("/") or not path.isprintable() or not _is_text(path):
        return False
    return url_has_allowed_host_and_scheme(path, allowed_hosts=None)


def _carried(data: QueryDict) -> Iterable[tuple[str, str]]:
    return (pair for pair in _pairs(data) if _may_travel(pair[0]))


def _pairs(data: QueryDict) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, values in data.lists() for value in values)


def _may_travel(name: str) -> bool:
    return name != "csrfmiddlewaretoken" and not _is_secret(name)


def _is_secret(name: str) -> bool:
    return "password" in name.lower() or name == ID_NUMBER


def _size(fields: Iterable[tuple[str, str]]) -> int:
    return sum(len(text.encode(errors="replace")) for pair in fields for text in pair)


def _is_text(text: str) -> bool:
    """Whether the text can be encoded: half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
