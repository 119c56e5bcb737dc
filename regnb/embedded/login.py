"""Asking a registry without pulling or pushing: whether a password is right, what a name means."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import urlsplit

from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.refusal import Refusal, bad_request
from regnb.embedded.remote.docker_messages import registry_refusal
from regnb.embedded.remote.upstreams import Upstream
from regnb.errors import InvalidReference, RegistryError, Unauthorized
from regnb.oci import (
    Descriptor,
    ImageConfig,
    ImageManifest,
    ImageReference,
    Manifest,
    Platform,
)
from regnb.oci.reference import DOCKER_HUB
from regnb.registry import Credentials

_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?")
_HUB_ADDRESSES = frozenset({"", "https://index.docker.io/v1/", "index.docker.io", DOCKER_HUB})


def log_in(engine: EmbeddedEngine, address: str, user: str, password: str) -> None:
    """Return when the registry takes the password; raises Refusal (401, 500)."""
    host = (address.partition("://")[2] or address).partition("/")[0]
    if address in _HUB_ADDRESSES:
        host = engine.places.host
    if not _HOST.fullmatch(host):
        raise bad_request(f"`{address}` is no address of a registry.")
    try:
        with engine.registries.open(host, Credentials(user, password)) as client:
            client.ping()
    except Unauthorized as error:
        raise Refusal(401, _told(error, host)) from error
    except RegistryError as error:
        raise registry_refusal(error) from error


def _told(error: Unauthorized, host: str) -> str:
    """As moby tells it: it shows the password to the registry itself, or to its token server.

    https://github.com/moby/moby/blob/v28.5.2/registry/auth.go
    """
    scheme = urlsplit(error.url).scheme
    if urlsplit(error.url).netloc == host:
        url = f"{scheme}://{host}/v2/"
        return f"login attempt to {url} failed with status: 401 Unauthorized"
    return f'Get "{scheme}://{host}/v2/": unauthorized: incorrect username or password'


def look_up(engine: EmbeddedEngine, name: str) -> dict[str, object]:
    """Descriptor and platforms of `name` in its registry, as the API shows them.

    `RegnbOrigin` is there when it is not from where its name says. Raises Refusal (400, 404, 500).
    """
    try:
        reference = ImageReference.parse(name)
    except InvalidReference as error:
        raise bad_request(str(error)) from error
    return engine.upstreams.ask(
        reference, None, lambda upstream: _found_at(upstream, reference, engine.platform)
    )


def _found_at(
    upstream: Upstream, reference: ImageReference, platform: Platform
) -> dict[str, object]:
    top = upstream.get_top(reference.reference)
    platforms = upstream.ask(partial(_platforms, upstream, top, platform))
    told: dict[str, object] = {"RegnbOrigin": upstream.note} if upstream.note else {}
    shown = [one.to_json() for one in platforms]
    return {"Descriptor": _descriptor(top), "Platforms": shown, **told}


def _platforms(upstream: Upstream, top: Manifest, platform: Platform) -> list[Platform]:
    """The platforms of `top`; all is asked for that a pull for `platform` needs before layers."""
    if isinstance(top, ImageManifest):
        return [ImageConfig.parse(_config(upstream, top)).platform]
    entry = top.image_for(platform)
    image = upstream.client.get_manifest(upstream.repository, entry.digest) if entry else None
    if isinstance(image, ImageManifest):
        _config(upstream, image)
    return [one.platform for one in top.manifests if one.platform]


def _config(upstream: Upstream, image: ImageManifest) -> bytes:
    return upstream.client.get_blob(upstream.repository, image.config.digest)


def _descriptor(top: Manifest) -> dict[str, object]:
    found = Descriptor(top.media_type, top.digest, len(top.content))
    return found.to_json()
