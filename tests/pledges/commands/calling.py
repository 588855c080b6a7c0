from io import StringIO
from typing import Any

from django.core.management import call_command


def call(name: str, *arguments: str, **options: Any) -> str:
    output = StringIO()
    call_command(name, *arguments, stdout=output, stderr=StringIO(), **options)
    return output.getvalue()
