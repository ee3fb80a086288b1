"""The first sign-in with a code from a slip: once, for a while, and in the same words whatever is wrong."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.activation import TRIES, account_of, activate, make_code
from accounts.models import Activation, User
from jinxian.lib import Refused

ADDRESS = "/accounts/first-sign-in/"
PASSWORD = "well-of-the-third-team"


@pytest.fixture
def newcomer(db) -> User:
    return User.objects.create(username="newcomer", name="庞玉梅", password="!nothing", language="en")


def typed(code: str, **changed: str) -> dict[str, str]:
    return {"username": "newcomer", "code": code, "new_password1": PASSWORD, "new_password2": PASSWORD} | changed


def test_a_code_lets_the_person_choose_a_password_and_signs_in(english, newcomer):
    code = make_code(newcomer, by=None)
    assert english.post(ADDRESS, typed(code.lower().replace("-", " ")))["Location"] == "/"
    newcomer.refresh_from_db()
    assert newcomer.check_password(PASSWORD) and english.session["_auth_user_id"] == str(newcomer.pk)


def test_a_code_is_used_up(english, newcomer):
    code = make_code(newcomer, by=None)
    activate(newcomer, PASSWORD)
    assert english.post(ADDRESS, typed(code)).status_code == 200
    with pytest.raises(Refused):
        activate(newcomer, PASSWORD)


def test_another_slip_makes_the_first_one_worthless(newcomer):
    first, second = make_code(newcomer, by=None), make_code(newcomer, by=None)
    with pytest.raises(Refused):
        account_of("newcomer", first)
    assert account_of("newcomer", second) == newcomer


@pytest.mark.parametrize("changed", [{"expires_at": timezone.now() - timedelta(1)}, {"failed_count": TRIES}])
def test_an_old_code_or_one_that_was_guessed_at_no_longer_works(newcomer, changed):
    code = make_code(newcomer, by=None)
    Activation.objects.update(**changed)
    with pytest.raises(Refused):
        account_of("newcomer", code)


def test_wrong_tries_are_counted_and_say_the_same_as_an_unknown_name(english, newcomer):
    make_code(newcomer, by=None)
    wrong = english.post(ADDRESS, typed("AAAA-AAAA-AAAA")).content.decode()
    unknown = english.post(ADDRESS, typed("AAAA-AAAA-AAAA", username="nobody")).content.decode()
    sentence = "The user name or the code is not right"
    assert sentence in wrong and sentence in unknown and Activation.objects.get().failed_count == 1


@pytest.mark.parametrize("password", ["short", "12345678901", "newcomer-newcomer"])
def test_a_weak_password_is_refused_and_the_code_stays_good(english, newcomer, password):
    code = make_code(newcomer, by=None)
    if password.startswith("newcomer"):
        password = "newcomer"
    answer = english.post(ADDRESS, typed(code, new_password1=password, new_password2=password))
    assert answer.status_code == 200 and account_of("newcomer", code) == newcomer


def test_two_different_passwords_are_refused(english, newcomer):
    code = make_code(newcomer, by=None)
    answer = english.post(ADDRESS, typed(code, new_password2="another-one-altogether"))
    assert answer.status_code == 200 and account_of("newcomer", code) == newcomer


@pytest.mark.parametrize("bad", [{"username": "a\x00b"}, {"username": "n" * 200}, {"code": ""}])
def test_odd_input_is_answered_with_the_form(english, newcomer, bad):
    assert english.post(ADDRESS, typed("x") | bad).status_code == 200


def test_who_is_signed_in_has_no_use_for_it(english, newcomer):
    english.force_login(newcomer)
    assert english.get(ADDRESS)["Location"] == "/"


def test_a_closed_account_is_not_opened_by_its_slip(newcomer):
    code = make_code(newcomer, by=None)
    newcomer.is_active = False
    newcomer.save()
    with pytest.raises(Refused):
        account_of("newcomer", code)
