"""What an editor can do with an issue: draft the next, preview, test, send, pause, and decide what is uncertain."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pledges.content import canonical
from pledges.models import Editor
from tracker.newsletter.actions import issues
from tracker.newsletter.actions.issues import CHANGED, SECOND_PERSON, AlreadyStartedError, NotSendableError
from tracker.newsletter.admin.to_decide import to_decide
from tracker.newsletter.envelope import Letter, UnusableAddressError
from tracker.newsletter.mail_server import NotHandedOverError, NotSetError
from tracker.newsletter.messages import sent_issue, write_issue
from tracker.newsletter.models import Issue, Subscription
from tracker.newsletter.progress import progress_of


@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    _require(request, "add_issue")
    return redirect("admin:newsletter_issue_change", issues.draft(by=_editor(request)).pk)


@require_safe
def preview_html(request: HttpRequest, pk: int) -> HttpResponse:
    letter = _preview(request, pk)
    return HttpResponse(letter.html.replace(letter.mark, "preview"))


@require_safe
def preview_text(request: HttpRequest, pk: int) -> HttpResponse:
    letter = _preview(request, pk)
    return HttpResponse(letter.text.replace(letter.mark, "preview"), content_type="text/plain; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the issue tells, what stands in the way, and how far its sending has got; the buttons call actions."""
    _require(request, "view_issue")
    issue = get_object_or_404(Issue.objects.select_related("written_by", "started_by"), pk=pk)
    if request.method != "POST":
        return _page(request, issue)
    if "ask" in request.POST:
        return _ask(request, issue)
    button = next((name for name in _BUTTONS if name in request.POST), "")
    permission, do = _BUTTONS.get(button, ("", None))
    if do is None:
        raise PermissionDenied
    _require(request, permission)
    try:
        done = do(request, issue)
    except AlreadyStartedError as error:
        return _page(request, Issue.objects.get(pk=pk), refused=[str(error)], status=HTTPStatus.CONFLICT)
    except NotSendableError as error:
        is_theirs = _(SECOND_PERSON) in error.reasons
        status = HTTPStatus.FORBIDDEN if is_theirs else HTTPStatus.CONFLICT
        return _page(request, issue, refused=error.reasons, status=status)
    messages.info(request, done)
    return redirect("admin:newsletter_issue_send", pk)


def _ask(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Ask once more before everybody gets it: for what the editor has read, not for what it says by now."""
    _require(request, "send_issue")
    context = {
        "issue": issue,
        "seen": request.POST.get("seen", ""),
        "readers": Subscription.objects.of_digest().count(),
        "opts": Issue._meta,
        **site.each_context(request),
    }
    return render(request, "admin/newsletter/issue/ask.html", context)


def _start(request: HttpRequest, issue: Issue) -> str:
    if issue.state == Issue.State.DRAFT and request.POST.get("seen") != _seen(issue):
        raise NotSendableError([_(CHANGED)])
    issue = issues.start(issue, by=_editor(request))
    return _("Issue %(number)d is on its way, and its page is public.") % {"number": issue.number}


def _pause(_request: HttpRequest, issue: Issue) -> str:
    return _("Paused. Nothing more goes out.") if issues.pause(issue) else _("It was not being sent.")


def _resume(_request: HttpRequest, issue: Issue) -> str:
    return _("It goes on.") if issues.resume(issue) else _("It was not paused.")


def _take_in_latest(_request: HttpRequest, issue: Issue) -> str:
    issues.take_in_latest(issue)
    return _("The issue tells now of everything that was announced until this moment.")


def _send_test(request: HttpRequest, issue: Issue) -> str:
    try:
        issues.send_test(_letter(issue), to=_editor(request).email)
    except UnusableAddressError:
        return _("Your account has no e-mail address that can be used. An administrator can add one.")
    except (NotHandedOverError, NotSetError) as error:
        return _("The test could not be sent: %(error)s") % {"error": error}
    return _("A test is on its way to the address of your account.")


_BUTTONS: dict[str, tuple[str, Callable[[HttpRequest, Issue], str]]] = {
    "send": ("send_issue", _start),
    "pause": ("send_issue", _pause),
    "resume": ("send_issue", _resume),
    "take_in": ("change_issue", _take_in_latest),
    "test": ("change_issue", _send_test),
}


def _page(request: HttpRequest, issue: Issue, *, refused: list[str] | None = None, status: int = 200) -> HttpResponse:
    is_draft = issue.state == Issue.State.DRAFT
    reasons = issues.reasons_not_to_send(issue, by=_editor(request)) if is_draft else []
    context = {
        "issue": issue,
        "is_draft": is_draft,
        "seen": _seen(issue),
        "reasons": refused or reasons,
        "readers": Subscription.objects.of_digest().count() if is_draft else 0,
        "progress": progress_of(issue),
        "to_decide": to_decide(issue=issue),
        "opts": Issue._meta,
        **site.each_context(request),
    }
    return render(request, "admin/newsletter/issue/send.html", context, status=status)


def _preview(request: HttpRequest, pk: int) -> Letter:
    _require(request, "view_issue")
    return _letter(get_object_or_404(Issue, pk=pk))


def _letter(issue: Issue) -> Letter:
    return write_issue(issue) if issue.state == Issue.State.DRAFT else sent_issue(issue)


def _seen(issue: Issue) -> str:
    return hashlib.sha256(canonical(list(issues.what_it_says(issue)))).hexdigest()[:32]


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(f"newsletter.{permission}"):
        raise PermissionDenied


def _editor(request: HttpRequest) -> Editor:
    assert isinstance(request.user, Editor)
    return request.user
