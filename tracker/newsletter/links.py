"""Whole addresses for messages: always those of SITE_URL, whatever host a request named."""

from django.conf import settings


def site_address(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def confirm_address(token: str) -> str:
    return site_address(f"/newsletter/confirm/{token}/")


def choices_address(token: str) -> str:
    return site_address(f"/newsletter/choices/{token}/")


def leave_address(token: str) -> str:
    return site_address(f"/newsletter/leave/{token}/")


def issue_address(number: int) -> str:
    return site_address(f"/newsletter/issues/{number}/")
