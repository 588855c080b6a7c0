_MOST = 18  # digits that every database can hold


def typed_key(typed: str) -> int:
    """Give the key of a row as a form sends it, or 0, which no row has."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _MOST else 0
