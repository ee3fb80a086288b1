"""The demo's settings with two things added: the bare page beside the product's pages, and a counter of queries."""

from jinxian.settings import *  # noqa: F403
from jinxian.settings import MIDDLEWARE

ROOT_URLCONF = "benchmarks.urls"
MIDDLEWARE = ["benchmarks.counting.QueryCounter", *MIDDLEWARE]
