"""The usual way: Django's own cache middleware around the same site, with its pages in the process's memory."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.django_cache_settings"

application = get_wsgi_application()
