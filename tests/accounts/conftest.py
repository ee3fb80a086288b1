"""Two persons with a password, and a browser of each kind."""

import pytest
from django.test import Client
from django.test.utils import override_settings

from accounts.models import User

PASSWORD = "trench-of-1989"


@pytest.fixture(autouse=True)
def _own_urls():
    with override_settings(ROOT_URLCONF="tests.accounts.urls"):
        yield


@pytest.fixture
def secretary(db) -> User:
    return User.objects.create_user(
        "secretary", password=PASSWORD, name="庞洪亮", name_latin="Pang Hongliang", language="en"
    )


@pytest.fixture
def leader(db) -> User:
    return User.objects.create_user("leader", password=PASSWORD, name="高文明", language="en")


@pytest.fixture
def english(client: Client) -> Client:
    """A browser whose pages are English."""
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def strict() -> Client:
    """A browser whose form tokens are checked."""
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["django_language"] = "en"
    return strict
