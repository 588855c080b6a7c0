"""Every public address. A commit that adds an address adds it here, and every sweep visits it."""

from dataclasses import dataclass

from pledges.models import Pledge


@dataclass(frozen=True)
class Surface:
    """One public address by its URL name: how to make its path from a published pledge, and what it may cost."""

    name: str
    path: str
    queries: int
    is_html: bool = True

    def path_for(self, pledge: Pledge) -> str:
        return self.path.format(slug=pledge.slug)


# URL names that begin like this are for editors and operators.
NOT_PUBLIC = ("account_", "mfa_", "markdownx_", "readyz")

PICTURE = "0" * 32 + ".png"  # the sweeps put it there

PUBLIC_SURFACES = [
    Surface("home", "/", queries=1),
    Surface("pledge-detail", "/pledges/{slug}/", queries=2),
    Surface("picture", f"/media/{PICTURE}", queries=0, is_html=False),
    Surface("healthz", "/healthz", queries=0, is_html=False),
]
