"""`regnb hub`: the images of a class, saved beforehand and served to a room without a network."""

from __future__ import annotations

import os
import sys
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import click

from regnb.cli.serve import told_of_address
from regnb.cli.texts import Failure, failures, text, translator

if TYPE_CHECKING:
    from regnb.embedded.remote.pull_sources import PullSource
    from regnb.oci import Descriptor, ImageReference
    from regnb.registry.copying import How
    from regnb.server.configuration import Config

ADDRESS = "127.0.0.1:5055"


@click.group("hub", help=text("hub.help"))
def hub() -> None:
    """Group the commands that stand in for Docker Hub."""


@hub.command(help=text("hub.save_help"))
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help=text("hub.to_help"),
)
@click.option("--platform", "platforms", multiple=True, help=text("hub.platform_help"))
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
def save(folder: Path, platforms: tuple[str, ...], images: tuple[str, ...]) -> None:
    """Bring `images` from Docker Hub into `folder`."""
    from regnb.embedded.remote.offline_hub import PLATFORMS, is_of_hub  # noqa: PLC0415 - loads the registry client
    from regnb.oci import ImageReference  # noqa: PLC0415

    with failures():
        references = [ImageReference.parse(image) for image in images]
        for reference in references:
            if not is_of_hub(reference):
                raise Failure(text("hub.not_of_hub", image=reference.familiar))
        for reference in references:
            _save(reference, folder, platforms or PLATFORMS)
    click.echo(text("hub.saved_all", folder=folder))


def _save(reference: ImageReference, folder: Path, platforms: tuple[str, ...]) -> None:
    from regnb.embedded.remote import offline_hub  # noqa: PLC0415

    name = reference.familiar
    source = _pull_source(reference, platforms)
    with click.progressbar(length=0, label=name, file=sys.stderr, width=24) as bar:
        done: dict[str, int] = {}

        def on_blob(blob: Descriptor, count: int, how: How | None) -> None:  # noqa: ARG001
            if blob.digest not in done:
                bar.length = (bar.length or 0) + blob.size
            bar.update(count - done.get(blob.digest, 0))
            done[blob.digest] = count

        copied = offline_hub.save(source, reference, folder, platforms=platforms, on_blob=on_blob)
    size = translator().size(copied.sent)
    key = "hub.saved_sample" if source.registry == "samples" else "hub.saved"
    click.echo(text(key, image=name, digest=copied.digest, size=size))


def _pull_source(reference: ImageReference, platforms: tuple[str, ...]) -> PullSource:
    """Who has the image; raises Failure for what a class would not want in its place.

    Where nobody has it, raises ImageNotFound or HubUnreachable, whose message is Docker's.
    """
    from regnb.embedded.refusal import Refusal  # noqa: PLC0415
    from regnb.embedded.remote import offline_hub  # noqa: PLC0415
    from regnb.engine.failures import failure  # noqa: PLC0415
    from regnb.errors import HubUnreachable, ImageNotFound  # noqa: PLC0415

    wished, name = os.environ.get("REGNB_HUB", ""), reference.familiar
    try:
        source = offline_hub.find(reference, wished)
    except Refusal as refusal:
        kind = ImageNotFound if refusal.status == HTTPStatus.NOT_FOUND else HubUnreachable
        raise failure(refusal.message, subject=name, otherwise=kind) from refusal
    if source.registry == "samples" != wished:
        raise Failure(text("hub.only_sample", image=name, why=_why(source)))
    there = offline_hub.platforms_of(source, reference)
    if there and not any(offline_hub.fits(one, platforms) for one in there):
        asked = ", ".join(platforms)
        raise Failure(text("hub.no_platform", image=name, asked=asked, there=", ".join(there)))
    return source


def _why(source: PullSource) -> str:
    from regnb.errors.hub_reasons import Reason  # noqa: PLC0415

    return translator().why(source.reason or Reason("unreachable"))


@hub.command(help=text("hub.serve_help"))
@click.option("--address", default=ADDRESS, show_default=True, help=text("hub.address_help"))
@click.argument(
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar=text("cli.values.directory"),
)
def serve(address: str, folder: Path) -> None:
    """Serve the images in `folder`, which nobody can change by it."""
    from regnb.embedded.remote.offline_hub import saved_in  # noqa: PLC0415 - loads the registry client
    from regnb.server.configuration import Config  # noqa: PLC0415
    from regnb.server.runner import run  # noqa: PLC0415

    config = Config(
        address=address, storage_directory=str(folder), read_only=True, open_to_network=True
    )
    with failures():
        held = [f"{name}:{tag}" for name, tags in saved_in(folder).items() for tag in tags]
        if not held:
            raise Failure(text("hub.empty", folder=folder))
        try:
            run(config, on_listening=lambda: _tell(held, config))
        except OSError as error:
            raise told_of_address(error, config) from error


def _tell(held: list[str], config: Config) -> None:
    from regnb.outgoing import is_loopback  # noqa: PLC0415 - loads urllib3

    click.echo(text("hub.serves", images=", ".join(held)))
    click.echo(text("hub.embedded", address=config.address))
    click.echo(text("hub.docker", address=config.address))
    click.echo(text("hub.loopback" if is_loopback(config.host) else "hub.open"))
