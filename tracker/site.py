from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, object]:
    """Context processor: who publishes this tracker, and where."""
    return {
        "site_name": settings.SITE_NAME,
        "site_publisher": settings.SITE_PUBLISHER,
        "site_contact": settings.SITE_CONTACT,
        "site_licence": settings.SITE_LICENCE,
        "site_url": settings.SITE_URL,
    }
