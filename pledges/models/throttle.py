from django.db import models


class Throttle(models.Model):
    """How often something was done of late, counted by one statement, so that no two processes miss each other.

    Who did it cannot be read from the key: it is a keyed hash.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.BigIntegerField()
    # Seconds since 1970: a plain number is the same to both databases.
    until = models.BigIntegerField(db_index=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.key[:8]}…: {self.count}"
