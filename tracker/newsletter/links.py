"""Whole addresses for messages: always those of SITE_URL, whatever host a request named."""

from django.conf import settings
from django.urls import reverse


def site_address(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def confirm_address(token: str) -> str:
    return site_address(reverse("newsletter-confirm", args=[token]))


def choices_address(token: str) -> str:
    return site_address(reverse("newsletter-choices", args=[token]))


def leave_address(token: str) -> str:
    return site_address(reverse("newsletter-leave", args=[token]))


def issue_address(number: int) -> str:
    return site_address(reverse("newsletter-issue", args=[number]))
