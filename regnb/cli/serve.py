"""`regnb serve`: the embedded registry as a process."""

from __future__ import annotations

import click

from regnb.cli.texts import text


@click.command(help=text("serve.help"))
@click.option("--address", default="127.0.0.1:5000", show_default=True, help=text("serve.address"))
@click.option("--storage", type=click.Path(file_okay=False), help=text("serve.storage"))
@click.option("--delete/--no-delete", default=False, help=text("serve.delete"))
def serve(address: str, storage: str | None, delete: bool) -> None:
    """Run a registry until it is told to stop."""
    from regnb.server import Config  # noqa: PLC0415 - other commands need no server
    from regnb.server.runner import serve_until_told, server_of  # noqa: PLC0415

    config = Config(address=address, storage_directory=storage or "", delete_enabled=delete)
    server = server_of(config)
    click.echo(text("serve.listening", address=address))
    serve_until_told(server)
