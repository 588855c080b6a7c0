from django.db import models


class SearchText(models.Model):
    """What search knows of a public pledge: the tokens to look up, and the texts that snippets are cut from.

    Written with the read model; a withdrawn pledge has none. `pledges.search_index` adds the database's own index.
    """

    pledge = models.OneToOneField(
        "pledges.PublicPledge", primary_key=True, on_delete=models.CASCADE, related_name="search_text"
    )
    tokens = models.TextField()
    passages = models.TextField()

    def __str__(self) -> str:
        return str(self.pledge_id)
