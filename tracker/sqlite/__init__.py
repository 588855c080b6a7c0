"""Django's SQLite with one change, for many processes that write at once."""
