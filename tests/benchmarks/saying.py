def say(line: str) -> None:
    """Print a line at once: whoever waits for a measurement sees how far it is."""
    print(line, flush=True)  # noqa: T201
