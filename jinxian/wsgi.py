"""The application as a web server runs it."""

import os
import sys

from django.core.wsgi import get_wsgi_application

from jinxian.configuration import BadVariable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jinxian.settings")

try:
    application = get_wsgi_application()
except BadVariable as refusal:
    sys.exit(f"Jinxian does not start: {refusal}")
