"""How gunicorn runs the application: python -m gunicorn -c python:jinxian.gunicorn jinxian.wsgi

Two processes of four threads serve a county on two cores. --bind and the environment choose the address.
"""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "gthread"
threads = 4
keepalive = 30
timeout = 60
graceful_timeout = 20
# The application is loaded once, before the workers: a refused setting ends the start instead of every worker.
preload_app = True
accesslog = None
errorlog = "-"
loglevel = "warning"
