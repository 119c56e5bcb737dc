"""Which kind of engine it is, among those that speak the Docker API."""

from __future__ import annotations

from typing import Literal

from regnb.oci.json import Json, as_list, as_object, as_text

Flavour = Literal["docker", "podman", "embedded"]

_BY_NAME: dict[str, Flavour] = {"Podman Engine": "podman", "regnb's embedded engine": "embedded"}


def flavour_of(version: Json) -> Flavour:
    """The flavour of the engine that answered `version`; Docker when no name says otherwise.

    https://docs.docker.com/reference/api/engine/version/v1.51/#tag/System/operation/SystemVersion
    """
    named = [version.get("Platform") or {}, *as_list(version.get("Components"), "Components")]
    names = [as_text(as_object(one, "a component").get("Name"), "Name") for one in named]
    return next((_BY_NAME[name] for name in names if name in _BY_NAME), "docker")
