from django.db import models
from django.utils.translation import gettext_lazy as _


class Checkpoint(models.Model):
    """What the public log was when somebody signed it: whoever keeps a copy can show that it was rewritten since.

    Append-only: the guards of `pledges.guards` refuse every change. `pledges.signed_notes` says how the note is made.
    """

    size = models.BigIntegerField(primary_key=True, help_text=_("How many entries the log had."))
    root = models.CharField(max_length=44, help_text=_("The RFC 6962 root of the entries, in base64."))
    note = models.TextField(help_text=_("The signed note, exactly as it is published."))
    verifier_key = models.CharField(max_length=400, help_text=_("What the signature can be checked with."))
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["size"]

    def __str__(self) -> str:
        return f"Checkpoint of {self.size} entries"
