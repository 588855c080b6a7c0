from django.db import models


class PublicPicture(models.Model):
    """A picture that an edition shows which readers can still read.

    Written with the read model and compared by `verify_log`. Any other picture is for editors alone, but those that the
    texts of the site show.
    """

    pledge = models.ForeignKey("pledges.Pledge", on_delete=models.PROTECT, related_name="public_pictures")
    name = models.CharField(max_length=36)

    class Meta:
        ordering = ["pledge", "name"]
        constraints = [models.UniqueConstraint(fields=["name", "pledge"], name="public_picture_is_counted_once")]

    def __str__(self) -> str:
        return str(self.name)
