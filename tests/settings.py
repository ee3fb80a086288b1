"""The settings of the tests: the application's own, with known secrets, plain static files and a quick password hash.

No .env is read, so that a developer's file changes no result. DATABASE_URL chooses the database server.
"""

import os
import tempfile

os.environ.update(
    ENV_FILE="",
    DEBUG="false",
    HTTPS="false",
    SECRET_KEY="the-tests-use-this-key-and-nobody-else-ever-should-0123456789",
    ID_NUMBER_KEYS="dGhlLXRlc3RzLW9ubHkta2V5LW9mLTMyLWJ5dGVzISE=",
    ID_NUMBER_HASH_KEY="the-tests-only-hash-key-of-id-numbers",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    CSRF_TRUSTED_ORIGINS="",
    SESSION_IDLE_MINUTES="",
    BEHIND_PROXY="",
)

from jinxian.settings import *  # noqa: E402, F403
from jinxian.settings import DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# The browser tests' server answers in threads of its own: none keeps a connection that would hold the test database.
DATABASES["default"]["CONN_MAX_AGE"] = 0

if DATABASES["default"]["ENGINE"] == "jinxian.lib.sqlite":
    # A file, not memory: the browser tests' server then has a connection of its own, as in production.
    name = os.path.join(tempfile.gettempdir(), f"jinxian-test-{os.getpid()}.sqlite3")
    DATABASES["default"]["TEST"] = {"NAME": name}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
