"""What an e-mail address may be, and its one stored form."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

MOST, _MOST_LOCAL = 254, 64  # RFC 5321
_PLAIN_LOCAL = re.compile(r"[^\"\s]+", re.ASCII)
NO_ADDRESS = _("This is no e-mail address. It should look like name@example.org.")
_check = EmailValidator(message=NO_ADDRESS, allowlist=[])


def normalise(typed: str) -> str:
    """Give an address in lower case with an ASCII domain; raises ValidationError for what no list should take.

    Quoted names, bare host names and IP addresses are valid to some servers, and to us a sign of a mistake or a trick.
    """
    if len(typed) > MOST:  # first of all: to encode a domain takes time that grows with the square of its length
        raise ValidationError(NO_ADDRESS)
    local, _at, domain = typed.strip(" \t").rpartition("@")
    domain = _ascii(domain)
    address = f"{local}@{domain}".lower()
    is_local = len(local) <= _MOST_LOCAL and local.isascii() and _PLAIN_LOCAL.fullmatch(local)
    if not is_local or len(address) > MOST or domain.rpartition(".")[2].isdigit() or "[" in domain:
        raise ValidationError(NO_ADDRESS)
    _check(address)
    return address


def masked(address: str) -> str:
    """Show enough of an address for its owner to know it."""
    local, _at, domain = address.rpartition("@")
    name, _dot, end = domain.rpartition(".")
    return f"{local[0]}…@{name[0]}….{end}"


def _ascii(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode()
    except UnicodeError as error:
        raise ValidationError(NO_ADDRESS) from error
