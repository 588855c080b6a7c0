from pathlib import Path


def saved(tmp_path: Path, lines: list[bytes]) -> str:
    file = tmp_path / "entries.jsonl"
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    return str(file)
