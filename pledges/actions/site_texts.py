from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pledges import standing_facts
from pledges.actions.journal import public_change
from pledges.actions.publishing_rule import NotPublishableError, reasons_of_pictures, reasons_of_row
from pledges.models import Editor, SiteText

CHANGED = gettext_noop("The draft has changed since you read it. Read it again.")


def publish(site_text: SiteText, *, by: Editor) -> SiteText:
    """Show readers the draft, exactly as the caller read it.

    What is public already is not published again. Raises NotPublishableError with the reasons.
    """
    with public_change() as tags:
        row = SiteText.objects.select_for_update(of=("self",)).get(pk=site_text.pk)
        if row.draft != site_text.draft:
            raise NotPublishableError([_(CHANGED)])
        if reasons := reasons_not_to_publish(row):
            raise NotPublishableError(reasons)
        if row.has_unpublished_changes:
            row.published, row.published_at, row.published_by = row.draft, timezone.now(), by
            row.save(update_fields=["published", "published_at", "published_by"])
            tags.update({"site", standing_facts.mark(row)})
        return row


def reasons_not_to_publish(site_text: SiteText) -> list[str]:
    """List what still stands between this draft and the public; empty means ready."""
    return list(_reasons(site_text))


def _reasons(site_text: SiteText) -> Iterator[str]:
    if not site_text.draft.strip():
        yield _("The text is empty.")
    yield from reasons_of_row(site_text)
    yield from reasons_of_pictures([site_text.draft])
