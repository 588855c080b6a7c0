"""Whole answers kept as ready bytes in front of Django: in memory while they are true, on disk for when the database is gone."""
