"""An editor's authenticator app, and the pages that ask for its code."""

import re
import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from pledges.models import Editor

FACTOR = "/accounts/second-factor/"
ENROL, CODE, CODE_AGAIN = f"{FACTOR}totp/activate/", f"{FACTOR}authenticate/", f"{FACTOR}reauthenticate/"


def code_for(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def wrong_code_for(secret: str) -> str:
    return f"{(int(code_for(secret)) + 1) % 1_000_000:06}"


def enrol(visitor: Client) -> str:
    """Set up an authenticator app as a person would; gives its secret."""
    page = visitor.get(ENROL).content.decode()
    secret = re.findall(r"<code>(\w+)</code>", page)[0]
    response = visitor.post(ENROL, {"code": code_for(secret)})
    assert response["Location"] == f"{FACTOR}recovery-codes/"
    return str(secret)


def give_factor(editor: Editor) -> str:
    """Have the app of an editor set up elsewhere, and no session ended."""
    secret = generate_totp_secret()
    TOTP.activate(editor, secret)
    RecoveryCodes.activate(editor)
    return str(secret)


def is_in(visitor: Client) -> bool:
    return visitor.get("/admin/").status_code == 200


def recovery_codes(visitor: Client) -> list[str]:
    return re.findall(r"<code>(\d{8})</code>", visitor.get(f"{FACTOR}recovery-codes/").content.decode())
