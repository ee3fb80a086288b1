"""Signing in and out: the right way, wrong tries, the lock-out, odd characters, where one goes on to."""

import pytest
from django.test import Client, RequestFactory

from accounts.forms import SignInForm
from accounts.models import User
from tests.accounts.conftest import PASSWORD

SIGN_IN = "/accounts/sign-in/"


def sign_in(client: Client, username: str = "secretary", password: str = PASSWORD, **more: str):
    return client.post(SIGN_IN, {"username": username, "password": password, **more})


def test_a_page_without_a_session_leads_to_the_sign_in_and_back(english, secretary):
    asked = english.get("/form/?quarter=3")
    assert (asked.status_code, asked["Location"]) == (302, "/accounts/sign-in/?next=/form/%3Fquarter%3D3")
    assert sign_in(english, next="/form/?quarter=3")["Location"] == "/form/?quarter=3"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", ""]
)
def test_sign_in_never_leads_to_another_site(english, secretary, elsewhere):
    assert sign_in(english, next=elsewhere)["Location"] == "/"


def test_the_language_follows_the_person(client, secretary):
    assert 'lang="zh-Hans"' in client.get(SIGN_IN).content.decode()
    answer = sign_in(client)
    assert answer.cookies["django_language"].value == "en"
    assert 'lang="en"' in client.get("/").content.decode()


def test_a_wrong_password_keeps_the_user_name(english, secretary):
    answer = sign_in(english, password="not-this-one")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "The user name or the password is not right." in page
    assert 'value="secretary"' in page
    assert "not-this-one" not in page


def test_five_wrong_tries_lock_the_right_password_out(english, secretary):
    answers = [sign_in(english, password=f"wrong-{n}") for n in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    locked = sign_in(english)
    assert locked.status_code == 429
    assert "5 wrong tries: wait 15 minutes." in locked.content.decode()
    assert "_auth_user_id" not in english.session


def test_fifteen_minutes_are_not_begun_again_by_trying(english, secretary, time_machine):
    time_machine.move_to("2026-10-08 09:00:00+08:00", tick=False)
    for n in range(5):
        sign_in(english, password=f"wrong-{n}")
    time_machine.move_to("2026-10-08 09:14:00+08:00", tick=False)
    assert sign_in(english).status_code == 429
    time_machine.move_to("2026-10-08 09:16:00+08:00", tick=False)
    assert sign_in(english).status_code == 302


def test_one_persons_wrong_tries_lock_nobody_else_out(english, secretary, leader):
    for n in range(5):
        sign_in(english, username="leader", password=f"wrong-{n}")
    assert sign_in(english).status_code == 302


def test_a_closed_account_is_told_so_only_with_its_password(english, secretary):
    User.objects.update(is_active=False)
    assert "This account is closed." in sign_in(english).content.decode()
    assert "This account is closed." not in sign_in(english, password="wrong").content.decode()


@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("text", ["a\x00b", "\x00", "x" * 5000, "\ud800x", "ﾊﾟ", "'; --", "٣"])
def test_odd_input_is_a_sentence_and_never_an_error(english, secretary, field, text):
    typed = {"username": "secretary", "password": PASSWORD, field: text}
    form = SignInForm(RequestFactory().post(SIGN_IN), data=typed)
    assert not form.is_valid()
    if "\ud800" not in text:  # no browser can send half a pair
        assert english.post(SIGN_IN, typed).status_code in {200, 429}


def test_signing_out_ends_the_session_and_is_never_a_link(english, secretary):
    sign_in(english)
    assert english.get("/accounts/sign-out/").status_code == 405
    assert english.post("/accounts/sign-out/")["Location"] == SIGN_IN
    assert english.get("/").status_code == 302


def test_who_is_signed_in_goes_past_the_sign_in(english, secretary):
    sign_in(english)
    assert english.get(SIGN_IN)["Location"] == "/"
