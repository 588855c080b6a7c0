"""A small admin of its own, in which an editor has a page open."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import path
from playwright.sync_api import Browser, Page

from pledges.admin.markdown_widget import MARKDOWN_OVERRIDES
from pledges.models import Evidence, Pledge
from tests.both_databases import DATABASE
from tests.factories import make_editor
from tracker import urls
from tracker.admin_site import TrackerAdminSite


class EvidenceInline(admin.StackedInline):
    model = Evidence
    fields = ("title", "account")
    formfield_overrides = MARKDOWN_OVERRIDES
    extra = 1


class PledgeAdmin(admin.ModelAdmin):
    change_form_template = "admin/change_form.html"  # without what only the editors' own site has
    fields = ("background", "headline")
    formfield_overrides = MARKDOWN_OVERRIDES
    inlines = (EvidenceInline,)


trial = TrackerAdminSite(name="trial")
trial.register(Pledge, PledgeAdmin)
urlpatterns = [path("admin/trial/", trial.urls), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
ON_TRIAL = [
    pytest.mark.skipif(DATABASE != "sqlite", reason="One browser is enough: no database takes part."),
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls(__name__),
]


def open_page(chromium: Browser, address: str, **options: Any) -> tuple[Page, list[str]]:
    """Open a page as an editor; give it with what the browser complains of: a violation of the policy is one."""
    client, complaints = Client(), list[str]()
    client.force_login(make_editor(is_staff=True, is_superuser=True))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = chromium.new_context(**options)
    context.set_default_timeout(5_000)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "domain": "127.0.0.1", "path": "/"}])
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    return page, complaints
