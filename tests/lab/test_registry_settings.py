from __future__ import annotations

from pathlib import Path

import pytest

from regnb.lab import registry_settings
from regnb.lab.registry_settings import (
    RegistrySettings,
    htpasswd_settings,
    storage_settings,
    tls_settings,
    token_settings,
)


@pytest.fixture
def no_selinux(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(registry_settings, "_SELINUX", tmp_path / "nothing")


def test_nothing_asked_for_is_what_the_image_does() -> None:
    assert storage_settings() == RegistrySettings()
    assert RegistrySettings().words() == []


def test_storage_may_delete_forget_or_stay_in_a_volume() -> None:
    assert storage_settings(delete=True, volume="images").words() == [
        *("--env", "REGISTRY_STORAGE_DELETE_ENABLED=true"),
        *("--volume", "images:/var/lib/registry"),
    ]
    assert storage_settings(memory=True).environment == {"REGISTRY_STORAGE": "inmemory"}


@pytest.mark.usefixtures("no_selinux")
@pytest.mark.parametrize("clients", [False, True])
def test_certificate_is_mounted_to_be_read(clients: bool) -> None:
    settings = tls_settings("server", Path("/lab/server"), clients=clients)
    assert settings.mounts == {"/lab/server": "/certs:ro"}
    assert settings.environment["REGISTRY_HTTP_TLS_CERTIFICATE"] == "/certs/server.crt"
    assert settings.environment["REGISTRY_HTTP_TLS_KEY"] == "/certs/server.key"
    assert ("REGISTRY_HTTP_TLS_CLIENTCAS" in settings.environment) is clients


@pytest.mark.usefixtures("no_selinux")
def test_settings_add_up() -> None:
    settings = storage_settings(volume="images") | htpasswd_settings(Path("/lab/auth/htpasswd"))
    assert settings.mounts == {"images": "/var/lib/registry", "/lab/auth": "/auth:ro"}
    assert settings.environment["REGISTRY_AUTH_HTPASSWD_PATH"] == "/auth/htpasswd"


def test_folder_is_marked_for_containers_where_selinux_wants_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(registry_settings, "_SELINUX", tmp_path)
    assert htpasswd_settings(Path("/lab/auth/htpasswd")).mounts == {"/lab/auth": "/auth:ro,z"}


def test_tokens_come_from_a_server_whose_key_is_known() -> None:
    settings = token_settings(
        "http://localhost:5099/token", service="s", issuer="i", certificate=Path("/lab/token/i.crt")
    )
    assert settings.environment == {
        "REGISTRY_AUTH": "token",
        "REGISTRY_AUTH_TOKEN_REALM": "http://localhost:5099/token",
        "REGISTRY_AUTH_TOKEN_SERVICE": "s",
        "REGISTRY_AUTH_TOKEN_ISSUER": "i",
        "REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE": "/token/i.crt",
    }
