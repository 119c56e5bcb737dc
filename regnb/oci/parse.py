"""From the bytes of a manifest to the class that fits."""

from __future__ import annotations

from typing import TypeAlias

from regnb.errors import InvalidManifest
from regnb.oci import media_types
from regnb.oci.index import ImageIndex
from regnb.oci.json import as_text, json_object
from regnb.oci.manifest import ImageManifest

Manifest: TypeAlias = ImageManifest | ImageIndex


def parse_manifest(content: bytes, media_type: str = "") -> Manifest:
    """Manifest or index in `content`.

    The media type is the one given (the Content-Type of an answer), else the one inside, else
    guessed from the fields, since old OCI manifests carry none. Raises InvalidManifest.
    """
    media_type = media_type.partition(";")[0].strip()
    if media_type not in media_types.MANIFESTS | media_types.INDEXES:
        media_type = _stated_or_guessed(content)
    if media_types.is_index(media_type):
        return ImageIndex.parse(content, media_type)
    return ImageManifest.parse(content, media_type)


def _stated_or_guessed(content: bytes) -> str:
    fields = json_object(content)
    stated = as_text(fields.get("mediaType"), "mediaType")
    if stated in media_types.MANIFESTS | media_types.INDEXES:
        return stated
    if stated or fields.get("schemaVersion") == 1:
        raise InvalidManifest(f"`{stated or 'schema 1'}` is no type of manifest that is read here")
    return media_types.OCI_INDEX if "manifests" in fields else media_types.OCI_MANIFEST
