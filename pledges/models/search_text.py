from django.db import models


class SearchText(models.Model):
    """What search knows of a public pledge: the terms to look up, and the texts that snippets are cut from.

    Written with the read model; a withdrawn pledge has none. `pledges.search_index` adds the database's own index.
    """

    place = models.BigIntegerField(
        primary_key=True
    )  # among all, by when the pledge changed: its row is in that order too
    pledge = models.OneToOneField("pledges.PublicPledge", on_delete=models.CASCADE, related_name="search_text")
    terms = models.TextField()
    tokens = models.TextField()
    passages = models.TextField()

    def __str__(self) -> str:
        return str(self.pledge_id)
