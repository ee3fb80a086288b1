"""Sentences that Django would say in English, or with signs of the other language."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import override

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("password", ["short", "1234567890", "password123", "zhangwei2026"])
def test_every_rule_of_passwords_speaks_chinese(password: str) -> None:
    with override("zh-hans"), pytest.raises(ValidationError) as refused:
        validate_password(password, User(username="zhangwei2026", name="张伟"))
    words = "".join(refused.value.messages)
    assert not any(letter.isascii() and letter.isalpha() for letter in words), words
