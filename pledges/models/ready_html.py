from django.db import models


class ReadyHtml(models.Model):
    """Parts of a pledge page as HTML, made when its edition came out, so that nobody waits while they are made.

    Written with the read model, can be thrown away at any time, and is shown only while its stamp says that this release
    made it of this edition: see `pledges.ready_html`.
    """

    pledge = models.OneToOneField(
        "pledges.PublicPledge", primary_key=True, on_delete=models.CASCADE, related_name="ready_html"
    )
    edition = models.PositiveBigIntegerField()
    release = models.CharField(max_length=12)
    sources = models.CharField(max_length=64)
    parts = models.TextField()
    stamp = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "ready HTML"

    def __str__(self) -> str:
        return str(self.pledge_id)
