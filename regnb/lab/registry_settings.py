"""How a registry of the lab differs from the one that its image starts by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

# https://distribution.github.io/distribution/about/configuration/
DELETE = "REGISTRY_STORAGE_DELETE_ENABLED"
STORAGE = "REGISTRY_STORAGE"
STORAGE_PATH = "/var/lib/registry"
CERTIFICATE = "REGISTRY_HTTP_TLS_CERTIFICATE"
CLIENT_AUTHORITIES = "REGISTRY_HTTP_TLS_CLIENTCAS"
AUTH = "REGISTRY_AUTH"
REALM = "regnb"
# Fedora and its kin let a container read a folder of the host only when it is marked for that.
_SELINUX = Path("/sys/fs/selinux")

Auth = Literal["htpasswd", "token"]


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """What the container is given: variables, and sources by their path in the container.

    A source is the name of a volume, or a path of this machine when it has a slash. `files` are
    folders of this machine that the registry only reads.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    volumes: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: Self) -> RegistrySettings:
        """These and those of `other`."""
        return RegistrySettings(
            {**self.environment, **other.environment},
            {**self.volumes, **other.volumes},
            {**self.files, **other.files},
        )

    @property
    def mounts(self) -> dict[str, str]:
        """Each source with its path in the container, as `docker run --volume` takes them."""
        options = ":ro,z" if _SELINUX.exists() else ":ro"
        written = {source: path for path, source in self.volumes.items()}
        return written | {source: path + options for path, source in self.files.items()}

    def words(self) -> list[str]:
        """The options of `docker container run` that give them."""
        variables = [f"{name}={value}" for name, value in self.environment.items()]
        mounts = [f"{source}:{path}" for source, path in self.mounts.items()]
        return [
            *(word for text in variables for word in ("--env", text)),
            *(word for text in mounts for word in ("--volume", text)),
        ]


def storage_settings(
    *, delete: bool = False, volume: str | None = None, memory: bool = False
) -> RegistrySettings:
    """Where the registry keeps its content, and whether something may be deleted from it."""
    environment = {STORAGE: "inmemory"} if memory else {}
    if delete:
        environment[DELETE] = "true"
    return RegistrySettings(environment, {STORAGE_PATH: volume} if volume else {})


def tls_settings(name: str, folder: Path, *, clients: bool) -> RegistrySettings:
    """The certificate `name` in `folder`; with `clients`, its authority's are asked for."""
    environment = {
        CERTIFICATE: f"/certs/{name}.crt",
        "REGISTRY_HTTP_TLS_KEY": f"/certs/{name}.key",
    }
    if clients:
        environment[CLIENT_AUTHORITIES] = "[/certs/ca.crt]"
    return RegistrySettings(environment, files={"/certs": str(folder)})


def htpasswd_settings(file: Path) -> RegistrySettings:
    """Names and hashes in `file`."""
    environment = {
        AUTH: "htpasswd",
        "REGISTRY_AUTH_HTPASSWD_REALM": REALM,
        "REGISTRY_AUTH_HTPASSWD_PATH": f"/auth/{file.name}",
    }
    return RegistrySettings(environment, files={"/auth": str(file.parent)})


def token_settings(url: str, *, service: str, issuer: str, certificate: Path) -> RegistrySettings:
    """Tokens that the server at `url` gives, and signs with the key of `certificate`."""
    environment = {
        AUTH: "token",
        "REGISTRY_AUTH_TOKEN_REALM": url,
        "REGISTRY_AUTH_TOKEN_SERVICE": service,
        "REGISTRY_AUTH_TOKEN_ISSUER": issuer,
        "REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE": f"/token/{certificate.name}",
    }
    return RegistrySettings(environment, files={"/token": str(certificate.parent)})
