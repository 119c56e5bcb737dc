from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from regnb.errors import InvalidConfiguration
from regnb.server.config_file import load_config
from regnb.server.configuration import Config, Endpoint, Htpasswd, Tls, TokenAuth, UpstreamConfig

FULL = """
version: 0.1
log:
  level: warn
  formatter: json
  accesslog: {disabled: true}
  fields: {service: registry}
storage:
  filesystem: {rootdirectory: /data, maxthreads: 100}
  delete: {enabled: true}
  cache: {blobdescriptor: inmemory}
  maintenance:
    readonly: {enabled: true}
    uploadpurging: {enabled: true, age: 168h, interval: 24h, dryrun: false}
http:
  addr: 127.0.0.1:5001
  secret: s
  headers: {X-Content-Type-Options: [nosniff]}
  tls: {certificate: c.pem, key: k.pem, clientcas: [ca.pem]}
  debug: {addr: "127.0.0.1:5002", prometheus: {enabled: true, path: /metrics}}
auth:
  htpasswd: {realm: basic, path: users}
notifications:
  endpoints:
    - name: listener
      url: http://127.0.0.1:8000/events
      headers: {Authorization: [Bearer x]}
      timeout: 500ms
      threshold: 5
      backoff: 1m30s
      ignore: {mediatypes: [application/octet-stream], actions: [pull]}
    - {name: off, url: "http://x", disabled: true}
proxy: {remoteurl: "https://registry-1.docker.io", username: me, password: secret, ttl: 24h}
health: {storagedriver: {enabled: true, interval: 10s, threshold: 3}}
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_every_setting_is_read(tmp_path: Path) -> None:
    assert load_config(write(tmp_path / "c.yml", FULL), {}) == Config(
        address="127.0.0.1:5001",
        storage_directory="/data",
        delete_enabled=True,
        read_only=True,
        tls=Tls("c.pem", "k.pem", ("ca.pem",)),
        htpasswd=Htpasswd("users", "basic"),
        endpoints=(
            Endpoint(
                "listener",
                "http://127.0.0.1:8000/events",
                {"Authorization": "Bearer x"},
                timeout=0.5,
                threshold=5,
                backoff=90,
                ignored_media_types=frozenset({"application/octet-stream"}),
                ignored_actions=frozenset({"pull"}),
            ),
        ),
        upstream=UpstreamConfig("https://registry-1.docker.io", "me", "secret"),
        headers={"X-Content-Type-Options": "nosniff"},
        log_level="warn",
        access_log=False,
        debug_address="127.0.0.1:5002",
    )


def test_defaults_are_those_of_distribution() -> None:
    config = load_config(None, {})
    assert (config.address, config.storage_directory) == (":5000", "/var/lib/registry")
    assert not config.delete_enabled


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"REGISTRY_HTTP_ADDR": "localhost:7000"}, Config("localhost:7000", "", "/d")),
        ({"REGISTRY_HTTP_ADDR": '"[::1]:7000"'}, Config("[::1]:7000", "", "/d")),
        ({"REGISTRY_STORAGE_DELETE_ENABLED": "true"}, Config(":5000", "", "/d", True)),
        ({"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": "/e"}, Config(":5000", "", "/e")),
        ({"REGISTRY_STORAGE": "inmemory"}, Config(":5000", "", "")),
        ({"REGISTRY_STORAGE_INMEMORY": "{}"}, Config(":5000", "", "")),
        ({"REGISTRY_LOG_LEVEL": "debug"}, Config(":5000", "", "/d", log_level="debug")),
        ({"REGISTRY_HTTP_NET": "unix", "REGISTRY_HTTP_ADDR": "/s"}, Config("", "/s", "/d")),
        (
            {"REGISTRY_AUTH_HTPASSWD_REALM": "r", "REGISTRY_AUTH_HTPASSWD_PATH": "p"},
            Config(":5000", "", "/d", htpasswd=Htpasswd("p", "r")),
        ),
        (
            {
                "REGISTRY_AUTH_HTPASSWD_REALM": "r",
                "REGISTRY_AUTH_HTPASSWD_PATH": "p",
                "REGISTRY_AUTH": "htpasswd",
            },
            Config(":5000", "", "/d", htpasswd=Htpasswd("p", "r")),
        ),
        ({"REGISTRY_PORT": "tcp://10.0.0.1:5000", "HOME": "/root"}, Config(":5000", "", "/d")),
        ({"REGISTRY_HTTP_SECRET": "abc"}, Config(":5000", "", "/d")),
    ],
)
def test_environment_overrides(
    tmp_path: Path, environment: dict[str, str], expected: Config
) -> None:
    path = write(tmp_path / "c.yml", "storage: {filesystem: {rootdirectory: /d}}")
    assert load_config(path, environment) == expected


def test_environment_fills_a_list() -> None:
    environment = {
        "REGISTRY_HTTP_TLS_CERTIFICATE": "c",
        "REGISTRY_HTTP_TLS_KEY": "k",
        "REGISTRY_HTTP_TLS_CLIENTCAS_0": "a",
        "REGISTRY_HTTP_TLS_CLIENTCAS_1": "b",
    }
    assert load_config(None, environment).tls == Tls("c", "k", ("a", "b"))


def test_token(tmp_path: Path) -> None:
    text = "auth: {token: {realm: r, service: s, issuer: i, rootcertbundle: b}}"
    assert load_config(write(tmp_path / "c.yml", text), {}).token == TokenAuth("r", "s", "i", "b")


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("storage: {s3: {bucket: b}}", "storage.s3.bucket"),
        ("redis: {addr: x}", "redis.addr"),
        ("http: {adr: x}", "http.adr"),
        ("http: {addr: [1]}", "http.addr"),
        ("http: {debug: {prometheus: {path: /stats}}}", "http.debug.prometheus.path"),
        ("storage: {delete: {enabled: maybe}}", "storage.delete.enabled"),
        ("auth: {htpasswd: {realm: r}}", "auth.htpasswd.path"),
        ("auth: {silly: {realm: r}}", "auth.silly.realm"),
        ("http: {tls: {certificate: c}}", "http.tls.key"),
        ("http: {tls: {letsencrypt: {email: e}}}", "http.tls.letsencrypt.email"),
        ("http: {headers: {X: y}}", "http.headers.X"),
        ("notifications: {endpoints: [{name: n}]}", "notifications.endpoints[0]"),
        (
            "notifications: {endpoints: [{url: u, colour: red}]}",
            "notifications.endpoints[0].colour",
        ),
        (
            "notifications: {endpoints: [{url: u, timeout: soon}]}",
            "notifications.endpoints[0].timeout",
        ),
        ("[]", "config.yml"),
        ("text", "config.yml"),
    ],
)
def test_what_is_not_known_is_refused_by_name(tmp_path: Path, text: str, setting: str) -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        load_config(write(tmp_path / "c.yml", text), {})
    assert caught.value.setting == setting


@pytest.mark.parametrize("text", ["a: [", "\x00", "a: !!python/object:os.system {}"])
def test_file_that_is_not_yaml(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        load_config(write(tmp_path / "c.yml", text), {})
    assert caught.value.setting.endswith("c.yml")


@pytest.mark.parametrize("name", ["REGISTRY_STORAGE_S3_BUCKET", "REGISTRY_HTTP_ADDRESS"])
def test_variable_that_is_not_known_is_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        load_config(None, {name: "x"})
    assert caught.value.setting == name


@pytest.mark.skipif(
    not shutil.which("docker-registry"), reason="Debian's docker-registry is not here"
)
def test_same_file_is_read_by_distribution(tmp_path: Path) -> None:
    text = FULL.replace("/data", str(tmp_path)).partition("auth:")[0].replace("c.pem", "absent")
    command = ["docker-registry", "serve", str(write(tmp_path / "c.yml", text))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "configuration error" not in done.stderr
    assert "no such file" in done.stderr


@pytest.mark.parametrize("kind", ["htpasswd", "token"])
def test_users_that_are_asked_for_are_never_forgotten(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / "c.yml", f"auth: {kind}")
    with pytest.raises(InvalidConfiguration, match=f"auth.{kind}"):
        load_config(None, {"REGISTRY_AUTH": kind})
    with pytest.raises(InvalidConfiguration, match=f"auth.{kind}"):
        load_config(path, {})
