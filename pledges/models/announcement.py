from django.db import models


class Announcement(models.Model):
    """Where an announced edition is told, beside the list of everything: a row an edition and heading.

    A heading is a grouping that the edition, or the one announced before it, had the pledge in (“topic/5”), or the
    corrections. A withdrawal is told under every heading under which the pledge ever was: whoever followed it there hears
    of it, and nothing else of a withdrawn pledge is told. Written with the read model and recounted by `verify_log`.
    """

    class Course(models.TextChoices):
        HERE = "here"
        CAME = "came"  # from another grouping
        LEFT = "left"  # for another grouping

    CORRECTIONS = "corrections"

    pledge = models.ForeignKey("pledges.Pledge", on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey("pledges.Edition", on_delete=models.PROTECT, related_name="announcements")
    heading = models.CharField(max_length=40)
    course = models.CharField(max_length=4, choices=Course.choices)

    class Meta:
        ordering = ["edition", "heading"]
        constraints = [
            models.UniqueConstraint(fields=["heading", "edition"], name="announcement_is_told_once"),
            models.CheckConstraint(
                condition=models.Q(course__in=["here", "came", "left"]), name="announcement_course_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Entry {self.edition_id} under {self.heading}"

    @staticmethod
    def under(dimension: str, key: int | str) -> str:
        """Give the heading of a grouping."""
        return f"{dimension}/{key}"
