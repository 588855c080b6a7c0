"""How gunicorn serves the site: `gunicorn --config python:tracker.gunicorn_conf`."""

import ctypes
import gc
import os
from contextlib import suppress
from typing import Any

from tracker.environment import Environment

wsgi_app = "tracker.wsgi:application"
bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = Environment(os.environ).count("WEB_CONCURRENCY", os.cpu_count() or 2)
worker_class = "tracker.gunicorn_worker.Worker"  # gthread
threads = 16
keepalive = 30
timeout = 30
graceful_timeout = 20
preload_app = True
control_socket_disable = True

# What a request may be before it reaches Python.
limit_request_line = 4094
limit_request_fields = 100
limit_request_field_size = 8190
forwarded_allow_ips = ""  # what to believe of a proxy is Django's to say: BEHIND_PROXY

# A visitor's address is nobody's business: there is no access log.
accesslog = None
errorlog = "-"
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "info")
logger_class = "tracker.gunicorn_worker.Logger"

# Nobody waits longer than 2.5 seconds, even for a database that has frozen; commands, which may, do not run here.
os.environ.setdefault("DATABASE_POOL_SIZE", str(threads + 1))  # one for the thread that reads the journal
# A site whose file is gone waits for it: in an empty one that it would make itself nothing is found, and nothing is kept.
os.environ.setdefault("DATABASE_MAY_BE_MADE", "0")
# Compiling a question takes PostgreSQL longer than any of a page's takes to answer.
os.environ.setdefault("PGOPTIONS", "-c statement_timeout=2000 -c lock_timeout=1800 -c jit=off")

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h


def when_ready(server: Any) -> None:
    """Before the first fork: what all processes share is made, and not copied only because garbage is collected in it."""
    rehearse = getattr(server.app.wsgi(), "rehearse", None)  # other applications, with this configuration, have none
    if rehearse:
        rehearse()
    gc.collect()
    gc.freeze()
    with suppress(OSError, AttributeError):  # another C library than Debian's
        # Else each thread gets a heap of its own, and none gives back what a page or its packing needed for a moment.
        for option, value in {_M_ARENA_MAX: 1, _M_MMAP_THRESHOLD: 65_536, _M_TRIM_THRESHOLD: 65_536}.items():
            ctypes.CDLL("libc.so.6").mallopt(option, value)


def pre_request(_worker: Any, _request: Any) -> None:
    """Do nothing: gunicorn's own, at `debug`, names what is asked for."""


def post_worker_init(worker: Any) -> None:
    """After each fork: hear from the journal before the first reader comes."""
    begin = getattr(worker.wsgi, "begin", None)
    if begin:
        begin()
