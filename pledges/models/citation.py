from django.db import models


class PublicCitation(models.Model):
    """A source that an edition cites which readers can still read.

    Written with the read model and compared by `verify_log`. What readers see of a source that is no part of an edition,
    such as its archived copy, is guarded by this: drafts may cite something else by now.
    """

    pledge = models.ForeignKey("pledges.Pledge", on_delete=models.PROTECT, related_name="public_citations")
    source = models.ForeignKey("pledges.Source", on_delete=models.PROTECT, related_name="public_citations")

    class Meta:
        ordering = ["pledge", "source"]
        constraints = [models.UniqueConstraint(fields=["pledge", "source"], name="public_citation_is_counted_once")]

    def __str__(self) -> str:
        return f"{self.source_id} by {self.pledge_id}"
