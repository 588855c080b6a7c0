"""Every public address. A commit that adds an address adds it here, and every sweep visits it."""

from dataclasses import dataclass

from django.utils import timezone

from pledges.models import Pledge


@dataclass(frozen=True)
class Surface:
    """One public address by its URL name: how to make its path from a published pledge, and what it may cost."""

    name: str
    path: str
    queries: int
    is_html: bool = True
    is_unlisted: bool = False  # search engines are to leave it out: it has no canonical address
    methods: tuple[str, ...] = ("GET", "HEAD")

    def path_for(self, pledge: Pledge) -> str:
        groupings = {name: getattr(pledge, name).slug for name in ("topic", "department", "promisor")}
        return self.path.format(slug=pledge.slug, today=timezone.localdate(), **groupings)


# URL names that begin like this are for editors and operators.
NOT_PUBLIC = ("account_", "mfa_", "markdownx_", "readyz", "csp-report")
PICTURE = "0" * 32 + ".png"  # the sweeps put it there

PUBLIC_SURFACES = [
    Surface("home", "/", queries=4),
    Surface("pledge-list", "/pledges/", queries=5),
    Surface("topic-list", "/topics/", queries=2),
    Surface("department-list", "/departments/", queries=2),
    Surface("promisor-list", "/promisors/", queries=2),
    Surface("topic-detail", "/topics/{topic}/", queries=6),
    Surface("department-detail", "/departments/{department}/", queries=6),
    Surface("promisor-detail", "/promisors/{promisor}/", queries=6),
    Surface("pledge-detail", "/pledges/{slug}/", queries=2),
    Surface("pledge-card", "/pledges/{slug}/card.png", queries=1, is_html=False),
    Surface("pledge-feed", "/pledges/{slug}/feed.atom", queries=3, is_html=False),
    Surface("topic-feed", "/topics/{topic}/feed.atom", queries=3, is_html=False),
    Surface("department-feed", "/departments/{department}/feed.atom", queries=3, is_html=False),
    Surface("promisor-feed", "/promisors/{promisor}/feed.atom", queries=3, is_html=False),
    Surface("updates", "/updates/", queries=1),
    Surface("updates-feed", "/updates/feed.atom", queries=2, is_html=False),
    Surface("corrections-feed", "/corrections/feed.atom", queries=1, is_html=False),
    Surface("pledge-day", "/pledges/{slug}/at/", queries=1),
    Surface("pledge-at", "/pledges/{slug}/at/{today}/", queries=2, is_unlisted=True),
    Surface("edition-list", "/pledges/{slug}/editions/", queries=3),
    Surface("edition-detail", "/pledges/{slug}/editions/1/", queries=2, is_unlisted=True),
    Surface("edition-changes", "/pledges/{slug}/editions/1/changes/", queries=1, is_unlisted=True),
    Surface("scoreboard-day", "/at/", queries=0),
    Surface("scoreboard-at", "/at/{today}/", queries=3, is_unlisted=True),
    Surface("corrections", "/corrections/", queries=1),
    Surface("trends", "/trends/", queries=3),
    Surface("log", "/log/", queries=5),
    Surface("log-entries", "/log/entries.jsonl", queries=1, is_html=False),
    Surface("log-checkpoint", "/log/checkpoint", queries=1, is_html=False),
    Surface("log-verifier", "/log/verify.py", queries=0, is_html=False),
    Surface("about", "/about/", queries=1),
    Surface("privacy", "/privacy/", queries=1),
    Surface("accessibility", "/accessibility/", queries=1),
    Surface("methodology", "/methodology/", queries=2),
    Surface("newsletter-sign-up", "/newsletter/", queries=1, methods=("GET", "HEAD", "POST")),
    Surface("newsletter-issue-list", "/newsletter/issues/", queries=1),
    Surface("newsletter-issue", "/newsletter/issues/1/", queries=4),  # the sweeps send it
    Surface("sitemap", "/sitemap.xml", queries=16, is_html=False),
    Surface("sitemap-section", "/sitemap-pledges.xml", queries=1, is_html=False),
    Surface("robots", "/robots.txt", queries=0, is_html=False),
    Surface("security-txt", "/.well-known/security.txt", queries=0, is_html=False),
    Surface("picture", f"/media/{PICTURE}", queries=1, is_html=False),
    Surface("healthz", "/healthz", queries=0, is_html=False),
]

# The same views, asked for something.
NARROWED = [
    Surface("pledge-card", "/pledges/{slug}/card.png?v=1", queries=1, is_html=False),
    Surface("updates", "/updates/?topic={topic}", queries=3),
    Surface("updates", "/updates/?department={department}", queries=3),
    Surface("updates", "/updates/?promisor={promisor}", queries=3),
    Surface("updates", "/updates/?since={today}&topic={topic}&promisor={promisor}", queries=4, is_unlisted=True),
]

# Links in mails: each is one person's, and tests/tracker/newsletter/ says what holds for them. The full site has them.
CONFIRM_TOKEN, LEAVE_TOKEN = "c" * 32, "l" * 32
BY_TOKEN = [
    Surface("newsletter-confirm", f"/newsletter/confirm/{CONFIRM_TOKEN}/", queries=3),
    Surface("newsletter-choices", f"/newsletter/choices/{LEAVE_TOKEN}/", queries=5),
    Surface("newsletter-leave", f"/newsletter/leave/{LEAVE_TOKEN}/", queries=1),
    Surface("newsletter-erase", f"/newsletter/erase/{LEAVE_TOKEN}/", queries=1),
]
