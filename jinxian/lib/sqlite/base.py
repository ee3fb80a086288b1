"""Django's SQLite backend without its limit of 999 values per statement, which dates from SQLite before 3.32.

A sheet of 130 cells is then saved in one statement, as on PostgreSQL. The library itself is asked what it takes.
"""

from sqlite3 import SQLITE_LIMIT_VARIABLE_NUMBER

from django.db.backends.sqlite3 import base, features
from django.utils.functional import cached_property

MOST = 32_766


class DatabaseFeatures(features.DatabaseFeatures):
    @cached_property
    def max_query_params(self) -> int:  # type: ignore[override]
        with self.connection.cursor() as cursor:
            return min(MOST, cursor.connection.getlimit(SQLITE_LIMIT_VARIABLE_NUMBER))


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
