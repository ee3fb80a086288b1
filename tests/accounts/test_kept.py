"""Nothing typed is lost: a form posted after the session ended, or with a token that had grown old, is sent again."""

import re
from html import unescape

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from accounts.kept import MOST_BYTES, is_own_path, kept_again, kept_from
from tests.accounts.conftest import PASSWORD

SIGN_IN = "/accounts/sign-in/"
TYPED = {"e-1-1": "4.6", "note": "修路 “东干渠” <b>", "empty": "", "many": ["1", "2"]}
INPUT = re.compile(r'<input\s+type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"')


def hidden(page: bytes) -> dict[str, list[str]]:
    """The hidden inputs of the form that carries what was typed, as a browser would post them."""
    fields: dict[str, list[str]] = {}
    for name, value in INPUT.findall(page.decode()):
        if name not in {"csrfmiddlewaretoken", "next"}:
            fields.setdefault(unescape(name), []).append(unescape(value))
    return fields


def test_what_was_typed_goes_through_the_sign_in_to_where_it_was_meant_for(english, secretary):
    lost = english.post("/form/?quarter=3", TYPED)
    assert lost.status_code == 401
    assert "The 4 fields you typed are kept below" in lost.content.decode()

    again = english.post(SIGN_IN, {"username": "secretary", "password": PASSWORD, **hidden(lost.content)})
    assert again.status_code == 200
    page = again.content.decode()
    assert 'action="/form/?quarter=3"' in page
    assert "Save what I typed" in page

    arrived = english.post("/form/?quarter=3", hidden(again.content)).json()
    assert arrived == {"e-1-1": ["4.6"], "note": ["修路 “东干渠” <b>"], "empty": [""], "many": ["1", "2"]}


def test_a_wrong_password_on_the_way_loses_nothing(english, secretary):
    lost = english.post("/form/", TYPED)
    wrong = english.post(SIGN_IN, {"username": "secretary", "password": "wrong", **hidden(lost.content)})
    assert hidden(wrong.content) == hidden(lost.content)


def test_a_lock_out_on_the_way_loses_nothing(english, secretary):
    lost = english.post("/form/", TYPED)
    for n in range(5):
        locked = english.post(SIGN_IN, {"username": "secretary", "password": f"wrong-{n}", **hidden(lost.content)})
    assert locked.status_code == 429
    assert hidden(locked.content) == hidden(lost.content)


def test_another_person_who_signs_in_gains_nothing(english, secretary, leader):
    lost = english.post("/form/", TYPED)
    again = english.post(SIGN_IN, {"username": "leader", "password": PASSWORD, **hidden(lost.content)})
    assert english.post("/form/", hidden(again.content)).status_code == 403


def test_passwords_are_never_carried(english, secretary):
    lost = english.post("/accounts/password/", {"old_password": PASSWORD, "new_password1": "secret-1"})
    assert lost["Location"] == f"{SIGN_IN}?next=/accounts/password/"
    mixed = kept_from(RequestFactory().post("/form/", {"Password2": "secret-1", "a": "1"}))
    assert mixed.fields == (("a", "1"),)


def test_a_password_form_that_had_grown_old_is_shown_again(strict, secretary):
    strict.force_login(secretary)
    headers = {"Origin": "http://testserver"}
    answer = strict.post("/accounts/password/", {"old_password": PASSWORD}, headers=headers, follow=True)
    assert answer.status_code == 200
    assert "Please type it again." in answer.content.decode()


def test_signing_out_without_a_session_is_signed_out(english, secretary):
    assert english.post("/accounts/sign-out/")["Location"] == SIGN_IN


def test_files_are_not_carried_and_it_says_so(english, secretary, tmp_path):
    (tmp_path / "a.txt").write_text("content of the file")
    with (tmp_path / "a.txt").open() as file:
        lost = english.post("/form/", {"note": "see file", "file": file})
    assert "Files have to be chosen again." in lost.content.decode()
    assert "content of the file" not in lost.content.decode()


def test_too_much_is_told_and_not_carried(english, secretary):
    lost = english.post("/form/", {"note": "字" * MOST_BYTES})
    assert "too long to be kept here" in lost.content.decode()
    assert len(lost.content) < 20_000


@pytest.mark.parametrize("headers", [{"Accept": "application/json"}, {"X-Requested-With": "fetch"}])
def test_a_script_is_told_in_json(english, secretary, headers):
    answer = english.post("/form/", TYPED, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"] == "signed_out"
    assert answer.json()["sign_in"] == SIGN_IN


@pytest.mark.parametrize(
    "path",
    ["https://example.org/", "//example.org/x", "/\\example.org", "javascript:x", "", "form/", "/a\nb", "/\ud800"],
)
def test_only_a_path_of_this_site_is_carried(path):
    assert not is_own_path(path)


def test_a_posted_path_of_another_site_is_dropped():
    data = QueryDict(mutable=True)
    data.update({"kept_path": "//example.org/", "kept.a": "1"})
    assert kept_again(data) is None


def test_the_token_is_not_carried():
    request = RequestFactory().post("/form/", {"csrfmiddlewaretoken": "x", "a": "1"})
    assert kept_from(request).fields == (("a", "1"),)


def test_a_form_with_an_old_token_from_our_page_is_kept_and_sent_with_one_click(strict, secretary):
    strict.force_login(secretary)
    answer = strict.post("/form/", TYPED, headers={"Origin": "http://testserver"})
    assert answer.status_code == 403
    assert 'action="/form/"' in answer.content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.content.decode())
    assert token
    arrived = strict.post(
        "/form/", {**hidden(answer.content), "csrfmiddlewaretoken": token[1]}, headers={"Origin": "http://testserver"}
    )
    assert arrived.json()["e-1-1"] == ["4.6"]


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://example.org"}, {"Referer": "https://example.org/x"}, {"Origin": "null"}, {}]
)
def test_a_form_from_elsewhere_is_refused_with_a_sentence_and_shows_nothing_of_it(strict, secretary, headers):
    strict.force_login(secretary)
    answer = strict.post("/form/", TYPED, headers=headers)
    assert answer.status_code == 403
    assert "Nothing was changed." in answer.content.decode()
    assert "4.6" not in answer.content.decode()


def test_a_form_without_session_and_token_from_our_page_is_kept_too(strict, secretary):
    answer = strict.post("/form/", TYPED, headers={"Origin": "http://testserver"})
    assert answer.status_code == 401
    assert hidden(answer.content)["kept.e-1-1"] == ["4.6"]


def test_a_sign_in_page_that_had_grown_old_keeps_name_and_fields(strict, secretary):
    fields = {"username": "secretary", "password": PASSWORD, "kept_path": "/form/", "kept.a": "1"}
    answer = strict.post(SIGN_IN, fields, headers={"Origin": "http://testserver"})
    assert answer.status_code == 403
    assert 'value="secretary"' in answer.content.decode()
    assert hidden(answer.content) == {"kept_path": ["/form/"], "kept.a": ["1"]}
    assert PASSWORD not in answer.content.decode()
