#!/usr/bin/env python3
"""Runs Jinxian: `python3 manage.py demo`, `python3 manage.py test`, and every other command.

Needs nothing but Python. Where the packages are not there yet, jinxian/environment.py makes .venv and we start again.
"""

import os
import sys

from jinxian import environment


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    environment.enter(command)
    if command == "demo":
        environment.prepare_demo()
    if command == "test":
        environment.run_tests(sys.argv[2:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jinxian.settings")

    # Only now: these need the packages.
    from django.core.management import execute_from_command_line

    from jinxian.configuration import BadVariable
    from jinxian.lib.catalogues import compile_catalogues

    if command == "demo":
        compile_catalogues(environment.ROOT / "locale")  # before Django reads them: the first demo speaks Chinese, too
    try:
        execute_from_command_line(sys.argv)
    except BadVariable as refusal:
        sys.exit(f"Jinxian does not start: {refusal}")


if __name__ == "__main__":
    main()
