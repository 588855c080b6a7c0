"""Every page below /accounts/ is one that editors need, and none is stored."""

from typing import Any

import pytest
from django.urls import get_resolver

from pledges.models import Editor
from tests.conftest import Browser
from tests.tracker.accounts.logging_in import log_in

pytestmark = pytest.mark.django_db


_routes: dict[Any, Any] = get_resolver().reverse_dict
ACCOUNT_PATHS = sorted(
    {
        "/" + pattern % dict.fromkeys(names, 1)
        for patterns, route, _defaults, _converters in _routes.values()
        if route.startswith("accounts/")
        for pattern, names in patterns
    }
)


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("path", [*ACCOUNT_PATHS, "/accounts/nowhere/"])
def test_account_pages_are_never_stored_and_have_the_editors_policy(
    path: str, *, is_known: bool, editor: Editor
) -> None:
    visitor = Browser()
    if is_known:
        log_in(visitor)

    for response in (visitor.get(path), visitor.post(path)):
        assert response.status_code in {200, 302, 404, 405}
        assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert "unsafe" not in response["Content-Security-Policy"]


def test_the_account_pages_are_those_that_editors_need() -> None:
    assert [path.removeprefix("/accounts/") for path in ACCOUNT_PATHS] == [
        "inactive/",
        "login/",
        "logout/",
        "password/",
        "reauthenticate/",
        "second-factor/",
        "second-factor/authenticate/",
        "second-factor/reauthenticate/",
        "second-factor/recovery-codes/",
        "second-factor/recovery-codes/download/",
        "second-factor/recovery-codes/generate/",
        "second-factor/totp/activate/",
        "second-factor/totp/deactivate/",
    ]
