"""``touchstone schema``: the GraphQL schema as text."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.schema.sdl import COMMITTED, schema_text


def schema(
    write: Annotated[bool, typer.Option(help="Write it over the committed file instead of printing it.")] = False,
    file: Annotated[Path, typer.Option(help="Where to write it.", show_default="the committed file")] = COMMITTED,
) -> None:
    """Print the GraphQL schema in its definition language, or renew the file that reviews are held against."""
    text = schema_text()
    if write:
        file.write_text(text)
    else:
        typer.echo(text, nl=False)
