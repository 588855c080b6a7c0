"""What programs look for at fixed addresses."""

from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from pledges.views.reading import reader_page, true_until


@reader_page
def robots(_request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        "Disallow: /accounts/",
        f"Disallow: {reverse('admin:index')}",
        "",
        f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}",
    ]
    return _text(lines)


@reader_page
def security_txt(_request: HttpRequest) -> HttpResponse:
    """Whom to tell about a weakness (RFC 9116)."""
    now = timezone.now()
    lines = [
        f"Contact: mailto:{settings.SITE_CONTACT}",
        f"Expires: {expiry(now).isoformat()}T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}{reverse('security-txt')}",
    ]
    response = _text(lines)
    # A month of the file ends when a day of the site need not.
    true_until(response, datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC))
    return response


def expiry(now: datetime) -> date:
    """Give a day ten or eleven months ahead, in UTC: the same all month long, so that copies of the file agree."""
    return now.astimezone(UTC).date().replace(day=1) + timedelta(days=334)


def _text(lines: list[str]) -> HttpResponse:
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")
