"""What a form needs that anyone may send: no cookie vouches for it, so it looks where it comes from and how often."""

from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

_PREFIXES = {4: 24, 6: 48}  # what one household or one customer of a provider has


def is_sent_from_elsewhere(request: HttpRequest) -> bool:
    """Whether a browser says that another site sends this. Programs that say nothing are let through."""
    origin = request.headers.get("Origin")
    own = {settings.SITE_URL, f"{request.scheme}://{request.get_host()}"}
    return request.headers.get("Sec-Fetch-Site") == "cross-site" or (origin is not None and origin not in own)


def network_of(request: HttpRequest, *, now: datetime) -> str:
    """Name the network of a visitor by a hash whose key changes every day: an address is never stored."""
    address = ip_address(DefaultAccountAdapter().get_client_ip(request))
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    network = ip_network((address, _PREFIXES[address.version]), strict=False)
    return salted_hmac(f"pledges.public_forms {now:%Y-%m-%d}", str(network), algorithm="sha256").hexdigest()
