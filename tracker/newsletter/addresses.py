"""What an e-mail address may be, and its one stored form."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

MOST, _MOST_LOCAL = 254, 64  # RFC 5321
_PLAIN_LOCAL = re.compile(r"[^\"\s]+", re.ASCII)
NO_ADDRESS = _("This is no e-mail address. It should look like name@example.org.")
# Letters that older and newer rules for domains read as different domains, which may be two people's.
_TWO_READINGS = re.compile("[\u00df\u1e9e\u03c2\u200c\u200d]")
_UNCLEAR = _(
    "The domain of this address has a letter that programs read in two ways. "
    "Type the domain as your mail program knows it, beginning with xn--."
)
_check = EmailValidator(message=NO_ADDRESS, allowlist=[])


def normalise(typed: str) -> str:
    """Give an address in lower case with an ASCII domain; raises ValidationError for what no list should take.

    Quoted names, bare host names and IP addresses are valid to some servers, and to us a sign of a mistake or a trick.
    """
    if len(typed) > MOST:  # first of all: to encode a domain takes time that grows with the square of its length
        raise ValidationError(NO_ADDRESS)
    local, _at, domain = typed.strip(" \t").rpartition("@")
    domain = ascii_domain(domain)
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


def ascii_domain(domain: str) -> str:
    """Give a domain in ASCII; raises ValidationError."""
    if domain.isascii():
        return domain
    if _TWO_READINGS.search(domain):
        raise ValidationError(_UNCLEAR)
    try:
        return domain.encode("idna").decode()
    except UnicodeError as error:
        raise ValidationError(NO_ADDRESS) from error
