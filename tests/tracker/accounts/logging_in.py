"""An editor's name and password, and how a visitor gives them."""

from typing import Any

from django.test import Client

NAME, PASSWORD = "petra-lemon", "a cart of sour lemons"
LOGIN = "/accounts/login/"
ADDRESS = "203.0.113.77"


def log_in(visitor: Client, password: str = PASSWORD, *, name: str = NAME, **options: Any) -> Any:
    return visitor.post(options.pop("path", LOGIN), {"login": name, "password": password}, **options)


def is_logged_in(visitor: Client) -> bool:
    return visitor.get("/admin/").status_code == 200
