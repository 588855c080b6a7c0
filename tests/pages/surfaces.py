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
        groupings = {name: getattr(pledge, name).slug for name in ("topic", "department", "promisor")}
        return self.path.format(slug=pledge.slug, **groupings)


# URL names that begin like this are for editors and operators.
NOT_PUBLIC = ("account_", "mfa_", "markdownx_", "readyz", "csp-report")

PICTURE = "0" * 32 + ".png"  # the sweeps put it there

PUBLIC_SURFACES = [
    Surface("home", "/", queries=4),
    Surface("pledge-list", "/pledges/", queries=4),
    Surface("topic-list", "/topics/", queries=2),
    Surface("topic-detail", "/topics/{topic}/", queries=5),
    Surface("department-detail", "/departments/{department}/", queries=5),
    Surface("promisor-detail", "/promisors/{promisor}/", queries=5),
    Surface("pledge-detail", "/pledges/{slug}/", queries=2),
    Surface("about", "/about/", queries=1),
    Surface("privacy", "/privacy/", queries=1),
    Surface("accessibility", "/accessibility/", queries=1),
    Surface("methodology", "/methodology/", queries=2),
    Surface("sitemap", "/sitemap.xml", queries=8, is_html=False),
    Surface("sitemap-section", "/sitemap-pledges.xml", queries=2, is_html=False),
    Surface("robots", "/robots.txt", queries=0, is_html=False),
    Surface("security-txt", "/.well-known/security.txt", queries=0, is_html=False),
    Surface("picture", f"/media/{PICTURE}", queries=0, is_html=False),
    Surface("healthz", "/healthz", queries=0, is_html=False),
]
