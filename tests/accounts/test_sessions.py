"""A session ends after idleness, goes on while it is used, and is not written at every request."""

from django.conf import settings
from django.contrib.sessions.models import Session

START = "2026-10-08 09:00:00+08:00"


def minutes(time_machine, count: float) -> None:
    time_machine.shift(count * 60)


def test_a_session_ends_after_idleness(english, secretary, time_machine):
    time_machine.move_to(START, tick=False)
    english.force_login(secretary)
    assert english.get("/").status_code == 200
    minutes(time_machine, settings.SESSION_COOKIE_AGE / 60 + 1)
    assert english.get("/").status_code == 302


def test_a_session_goes_on_while_it_is_used(english, secretary, time_machine):
    time_machine.move_to(START, tick=False)
    english.force_login(secretary)
    for _ in range(4):
        minutes(time_machine, settings.SESSION_COOKIE_AGE / 60 - 10)
        assert english.get("/").status_code == 200


def test_reading_on_does_not_write_the_session_each_time(english, secretary, time_machine):
    time_machine.move_to(START, tick=False)
    english.force_login(secretary)
    english.get("/")
    before = Session.objects.get().expire_date
    minutes(time_machine, 3)
    english.get("/")
    assert Session.objects.get().expire_date == before
    minutes(time_machine, 3)
    english.get("/")
    assert Session.objects.get().expire_date > before
