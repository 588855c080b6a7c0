"""What the site's messages say: text and HTML from one template each, styled inline and without anything to fetch."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import nh3
from css_inline import CSSInliner
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from pledges import markdown
from pledges.models import PublicPledge
from tracker.newsletter.digest import Line, digest
from tracker.newsletter.envelope import Letter, new_mark
from tracker.newsletter.links import choices_address, confirm_address, issue_address, leave_address, site_address
from tracker.newsletter.models import Issue, SignUp
from tracker.site import site

_INLINER = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
_BODY = re.compile(r"<body[^>]*>")
_TAGS = nh3.ALLOWED_TAGS - {"img"}


def write_issue(issue: Issue) -> Letter:
    """Write an issue as it would be sent now."""
    return _letter(
        "issue",
        issue.subject,
        mark=issue.leave_mark or new_mark(),
        issue=issue,
        introduction=_introduction(issue),
        introduction_text=issue.introduction.replace("](/", f"]({site_address('/')}"),
        groups=digest(issue.after_sequence, issue.until_sequence),
        issue_address=issue_address(issue.number) if issue.number else "",
    )


def sent_issue(issue: Issue) -> Letter:
    """Give an issue as it was frozen when its sending began."""
    return Letter(issue.subject, issue.sent_text, issue.sent_html, is_list=True, mark=issue.leave_mark)


def as_test(letter: Letter) -> Letter:
    """Say in a letter to one of the staff that it is none, above all else."""
    note = _("This is a test: its links to change what one gets and to leave lead nowhere.")
    return replace(
        letter,
        subject=_("[Test] %(subject)s") % {"subject": letter.subject},
        text=f"{note}\n\n{letter.text}",
        html=_BODY.sub(lambda body: f"{body[0]}<p>{escape(note)}</p>", letter.html, count=1),
    )


def write_notice(lines: Iterable[Line]) -> Letter:
    """Write what happened to the pledges that somebody follows."""
    lines = list(lines)
    if len(lines) == 1:
        subject = f"{lines[0].kind_label}: {lines[0].headline}"
    else:
        subject = _("%(count)d pledges that you follow have changed") % {"count": len(lines)}
    return _letter("notice", subject, mark=new_mark(), lines=lines)


def write_confirmation(sign_up: SignUp) -> Letter:
    """Write the message with the link that makes a sign-up count."""
    pledge = PublicPledge.objects.in_public().filter(pledge=sign_up.pledge_id).first() if sign_up.pledge_id else None
    letter = _letter(
        "confirmation",
        _("Please confirm: e-mail from %(site)s") % {"site": settings.SITE_NAME},
        mark=new_mark(),
        sign_up=sign_up,
        pledge=pledge,
        confirm_address=confirm_address(sign_up.token or ""),
    )
    return replace(letter, is_list=False)


def _letter(name: str, subject: str, *, mark: str, **context: Any) -> Letter:
    context |= {
        **site(HttpRequest()),
        "subject": subject,
        "leave_address": leave_address(mark),
        "choices_address": choices_address(mark),
    }
    text = render_to_string(f"newsletter/mail/{name}.txt", context)
    html = render_to_string(f"newsletter/mail/{name}.html", context)
    return Letter(subject, text.strip() + "\n", _INLINER.inline(html), is_list=True, mark=mark)


def _introduction(issue: Issue) -> SafeString:
    # The renderer's result is clean already: this makes its addresses whole and leaves out pictures.
    html = markdown.render(issue.introduction, "introduction", top_heading=2)
    return mark_safe(nh3.clean(html, tags=_TAGS, url_relative=_whole, link_rel=None))  # noqa: S308


def _whole(address: str) -> str:
    return site_address(address) if address.startswith("/") else address
