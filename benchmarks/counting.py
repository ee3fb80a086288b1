"""Counts the queries of a request and says so in headers of its answer, with the time the database and Python took.

Outermost, so that the queries of every other middleware count, too. Counted is all that Django executes: also for
session, user and appointments, SAVEPOINT, and on SQLite BEGIN. Not counted: COMMIT, and opening or checking the
connection, which is done before the first middleware.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter, thread_time
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

QUERIES, DATABASE_MS, CPU_MS = "X-Benchmark-Queries", "X-Benchmark-Database-Ms", "X-Benchmark-Cpu-Ms"


class QueryCounter:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        count, began = Count(), thread_time()
        with connection.execute_wrapper(count):
            response = self.get_response(request)
        response[QUERIES] = str(count.queries)
        response[DATABASE_MS] = f"{count.seconds * 1000:.3f}"
        response[CPU_MS] = f"{(thread_time() - began) * 1000:.3f}"
        return response


class Count:
    """Queries of one request. The seconds are those until the database answers, without fetching the rows."""

    def __init__(self) -> None:
        self.queries, self.seconds = 0, 0.0

    def __call__(self, execute: Callable[..., Any], *call: Any) -> Any:
        self.queries += 1
        began = perf_counter()
        try:
            return execute(*call)
        finally:
            self.seconds += perf_counter() - began
