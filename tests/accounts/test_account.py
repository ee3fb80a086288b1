"""The own account: password, language, appointments; and the shell around a page."""

import pytest
from django.test import Client

from tests.accounts.conftest import PASSWORD

NEW = "a-longer-trench-1989"


def change(client: Client, old: str = PASSWORD, new: str = NEW, again: str | None = None):
    return client.post(
        "/accounts/password/", {"old_password": old, "new_password1": new, "new_password2": again or new}
    )


def test_a_new_password_keeps_this_session_and_ends_the_others(english, secretary):
    other = Client()
    for client in (english, other):
        client.force_login(secretary)
    assert change(english)["Location"] == "/accounts/"
    assert english.get("/").status_code == 200
    assert other.get("/").status_code == 302
    secretary.refresh_from_db()
    assert secretary.check_password(NEW)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"old": "wrong"}, "This is not your present password."),
        ({"again": "another-one-1989"}, "The two new passwords differ."),
        ({"new": "short"}, "at least 10"),
        ({"new": "12345678901234"}, "numeric"),
        ({"new": "a\x00bcdefghijkl"}, "cannot be stored"),
    ],
)
def test_a_password_that_does_not_do_is_told_why(english, secretary, typed, sentence):
    english.force_login(secretary)
    answer = change(english, **typed)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    secretary.refresh_from_db()
    assert secretary.check_password(PASSWORD)


def test_the_language_is_kept_with_the_person_and_leads_back(english, secretary):
    english.force_login(secretary)
    answer = english.post("/accounts/language/", {"language": "zh-hans", "next": "/overview/?year=2026"})
    assert answer["Location"] == "/overview/?year=2026"
    secretary.refresh_from_db()
    assert secretary.language == "zh-hans"
    assert 'lang="zh-Hans"' in english.get("/").content.decode()


def test_the_language_can_be_chosen_before_signing_in(client, db):
    client.post("/accounts/language/", {"language": "en"})
    assert 'lang="en"' in client.get("/accounts/sign-in/").content.decode()


@pytest.mark.parametrize("language", ["", "xx", "en\x00", "../en"])
def test_an_unknown_language_changes_nothing(english, secretary, language):
    english.force_login(secretary)
    answer = english.post("/accounts/language/", {"language": language, "next": "https://example.org/"})
    assert answer["Location"] == "/"
    assert "django_language" not in answer.cookies


def test_the_menu_says_where_one_is(english, secretary):
    english.force_login(secretary)
    page = english.get("/service/").content.decode()
    assert page.count('aria-current="page"') == 2  # bar, the phone's bar
    assert "Pang Hongliang" in page


def test_the_menu_leads_nobody_to_a_page_that_is_refused(english, secretary):
    english.force_login(secretary)
    page = english.get("/").content.decode()
    assert [f">{word}</a>" in page for word in ("Overview", "Organization", "Management", "Service")] == [
        True, False, False, True,
    ]  # fmt: skip


def test_who_holds_no_appointment_is_told_so(english, secretary):
    english.force_login(secretary)
    assert "You hold no appointment" in english.get("/accounts/").content.decode()


@pytest.mark.parametrize("path", ["/accounts/sign-in/", "/nowhere/"])
def test_pages_without_a_session_show_no_menu(english, db, path):
    page = english.get(path).content.decode()
    assert "jx-menu" not in page
    assert "<style" not in page
    assert "onclick" not in page
