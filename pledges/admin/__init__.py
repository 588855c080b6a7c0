"""The editors' site: one module a kind of record. Forms write rows, buttons call actions."""

from pledges.admin import editions, editors, evidence, of_pledge, pledges, reviews, shared, site_texts

__all__ = ["editions", "editors", "evidence", "of_pledge", "pledges", "reviews", "shared", "site_texts"]
