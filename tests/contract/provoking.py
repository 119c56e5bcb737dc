"""Ways to make an engine say each of the sentences of `regnb.errors.messages`."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import docker

from regnb.errors import (
    ContainerNotFound,
    HubRateLimited,
    HubUnreachable,
    ImageNotFound,
    LoginRefused,
    NameTaken,
    PortTaken,
    PullFailed,
    PushFailed,
    RegnbError,
)
from regnb.lab import Lab
from regnb.oci import ImageReference
from regnb.web.http_server import serving
from tests.contract.labs import pushed
from tests.contract.terminals import eventually
from tests.contract.trust import Owner

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


CERTIFICATES = {"unknown_authority", "wrong_name", "expired", "common_name"}


@dataclass(frozen=True)
class Scene:
    """A lab, and the owner of its engine."""

    lab: Lab
    owner: Owner

    def can(self, provocation: Provocation) -> bool:
        """Whether this engine can be provoked so.

        Podman's containers change their address, and it asks a registry that counts for a minute.
        """
        if self.lab.engine.flavour != "podman":
            return True
        return not (provocation.needs_address or provocation.meaning == "rate_limited")

    @property
    def api(self) -> Any:
        """The SDK's own functions, for what no step of the lab does."""
        return self.lab.engine.client.api

    def name(self, registry: str) -> str:
        """nginx, named for `registry`."""
        name = f"{registry}/w3:1.0"
        self.lab.pull("nginx")
        self.lab.tag("nginx", name)
        return name

    def push(self, registry: str) -> None:
        """Push nginx to `registry`."""
        self.lab.push(self.name(registry))

    def secure(self, *names: str, clients: bool = False, **options: Any) -> str:
        """The address in its network of a registry with TLS, whose authority the engine trusts."""
        lab = self.lab
        lab.issue("server", "localhost")
        lab.run_registry(tls="server", clients=clients)
        address = lab.container_address
        folder = self.owner.certificates(address)
        shutil.copy(lab.folder / "certificates/server/ca.crt", folder / "ca.crt")
        if options:
            lab.issue("server", *names, **options)
        else:
            lab.issue("server", "localhost", *(names or (address,)))
        lab.restart_registry()
        eventually(self._has_tls)
        return address

    def _has_tls(self) -> bool:
        with suppress(OSError, RegnbError):
            self.lab.handshake()
            return True
        return False

    def with_password(self, password: str | None = None) -> str:
        """The address of a registry that wants one; the engine shows `password` there."""
        self.lab.add_user("anna")
        self.lab.run_registry(auth="htpasswd")
        if password:
            shown = {"username": "anna", "password": password}
            self.lab.engine._registries._logins[self.lab.address] = shown
        return self.lab.address

    def with_tokens(self, user: str | None = None) -> str:
        """The address of a registry where Anna may write to w3, and others only read."""
        self.lab.add_user("anna", "ben")
        self.lab.run_token_server({"w3": "anna"})
        self.lab.run_registry(auth="token")
        if user:
            self.lab.login(user)
        return self.lab.address


@dataclass(frozen=True)
class Provocation:
    """What makes an engine fail in the way `meaning` while it does `action`, and how we tell it.

    `seen` is what the lab finds when it asks the registry itself, empty for nothing.
    """

    meaning: str
    action: str
    kind: type[Exception]
    seen: str
    provoke: Callable[[Scene], object]

    @property
    def needs_address(self) -> bool:
        """Whether a registry has to keep its address when it starts again."""
        return self.meaning in {*CERTIFICATES, "client_certificate", "wants_tls"}

    def __str__(self) -> str:
        return f"{self.meaning}-{self.provoke.__name__.strip('_')}"


PROVOCATIONS: list[Provocation] = []
_Provoke: TypeAlias = Callable[[Scene], object]


def _provokes(
    meaning: str, action: str, kind: type[Exception], *, seen: str | None = None
) -> Callable[[_Provoke], _Provoke]:
    def add(provoke: _Provoke) -> _Provoke:
        found = meaning if seen is None else seen
        PROVOCATIONS.append(Provocation(meaning, action, kind, found, provoke))
        return provoke

    return add


@contextmanager
def _silent_server() -> Iterator[int]:
    """Port on which connections are closed without a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connection.recv(1 << 16)  # what nobody reads resets the connection
                connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def _run(scene: Scene, name: str, port: int = 0) -> None:
    image = ImageReference.parse("registry:2.6")
    scene.lab.pull(image.familiar)
    labels = scene.lab._session.labels
    scene.lab.engine.run_container(image, name=name, host_port=port, labels=labels)


@_provokes("port_taken", "run", PortTaken)
def _port_of_a_container(scene: Scene) -> None:
    scene.lab.run_registry()
    _run(scene, "other", int(scene.lab.address.partition(":")[2]))


@_provokes("port_taken", "run", PortTaken)
def _port_of_a_program(scene: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        _run(scene, "other", other.getsockname()[1])


@_provokes("name_taken", "run", NameTaken)
def _name(scene: Scene) -> None:
    scene.lab.run_registry()
    _run(scene, "registry")


@_provokes("no_local_image", "inspect", docker.errors.ImageNotFound)
def _inspect(scene: Scene) -> None:
    scene.api.inspect_image("nosuch:1")


@_provokes("no_local_image", "tag", ImageNotFound)
def _tag(scene: Scene) -> None:
    scene.lab.tag("nosuch:1", "localhost:5000/x:1")


@_provokes("no_container", "logs", ContainerNotFound)
def _logs(scene: Scene) -> None:
    scene.lab.engine.logs("nosuch")


@_provokes("no_container", "kill", docker.errors.NotFound)
def _kill(scene: Scene) -> None:
    scene.api.kill("nosuch")


@_provokes("container_runs", "rm", docker.errors.APIError)
def _remove_running(scene: Scene) -> None:
    scene.lab.run_registry()
    scene.api.remove_container("registry")


@_provokes("restart_policy", "run", docker.errors.APIError)
def _restart_policy(scene: Scene) -> None:
    scene.lab.pull("registry:2.6")
    host_config = scene.api.create_host_config(restart_policy={"Name": "sometimes"})
    scene.api.create_container("registry:2.6", host_config=host_config)


@_provokes("image_in_use", "rmi", docker.errors.APIError)
def _remove_used(scene: Scene) -> None:
    scene.lab.run_registry()
    scene.api.remove_image(scene.lab.containers().image[0])


@_provokes("http_response", "push", PushFailed)
def _push_to_http(scene: Scene) -> None:
    scene.lab.run_registry()
    scene.push(scene.lab.container_address)


@_provokes("http_response", "pull", PullFailed)
def _pull_from_http(scene: Scene) -> None:
    scene.lab.run_registry()
    scene.lab.pull(f"{scene.lab.container_address}/w3:1.0")


@_provokes("http_response", "login", LoginRefused)
def _log_in_to_http(scene: Scene) -> None:
    scene.with_password()
    scene.lab.login("anna", registry=scene.lab.container_address)


@_provokes("unknown_authority", "push", PushFailed, seen="")
def _unknown_authority(scene: Scene) -> None:
    address = scene.secure()
    (scene.owner.certificates(address) / "ca.crt").unlink()
    scene.push(address)


@_provokes("unknown_authority", "pull", PullFailed, seen="")
def _pull_from_unknown_authority(scene: Scene) -> None:
    address = scene.secure()
    (scene.owner.certificates(address) / "ca.crt").unlink()
    scene.lab.pull(f"{address}/w3:1.0")


@_provokes("wrong_name", "push", PushFailed)
def _wrong_name(scene: Scene) -> None:
    scene.push(scene.secure("10.1.1.1"))


@_provokes("wrong_name", "push", PushFailed)
def _no_address_in_the_certificate(scene: Scene) -> None:
    scene.push(scene.secure("localhost"))


@_provokes("expired", "push", PushFailed)
def _expired(scene: Scene) -> None:
    scene.secure()
    address = scene.lab.container_address
    scene.push(scene.secure(address, expired=True))


@_provokes("common_name", "push", PushFailed)
def _common_name(scene: Scene) -> None:
    scene.secure()
    scene.push(scene.secure(common_name=scene.lab.container_address))


@_provokes("client_certificate", "push", PushFailed)
def _client_certificate(scene: Scene) -> None:
    scene.push(scene.secure(clients=True))


@_provokes("wants_tls", "push", PushFailed, seen="")
def _wants_tls(scene: Scene) -> None:
    """Loopback is tried without TLS where the certificate that it wants is not shown."""
    scene.secure(clients=True)
    scene.push(scene.lab.address)


@_provokes("closed", "pull", PullFailed, seen="unreachable")
def _closed(scene: Scene) -> None:
    with _silent_server() as port:
        scene.lab.pull(f"localhost:{port}/w3:1.0")


@_provokes("unreachable", "push", PushFailed)
def _push_to_nobody(scene: Scene) -> None:
    scene.push("localhost:1")


@_provokes("unreachable", "pull", HubUnreachable)
def _pull_from_nobody(scene: Scene) -> None:
    scene.lab.pull("localhost:1/w3:1.0")


@_provokes("unreachable", "login", LoginRefused)
def _log_in_at_nobody(scene: Scene) -> None:
    scene.lab.add_user("anna")
    scene.lab.login("anna", registry="localhost:1")


@_provokes("no_local_image", "push", ImageNotFound, seen="no_such_tag")
def _push_of_nothing(scene: Scene) -> None:
    scene.lab.run_registry()
    scene.lab.push(f"{scene.lab.address}/nosuch:1")


@_provokes("no_local_image", "push", ImageNotFound, seen="no_such_tag")
def _push_of_another_tag(scene: Scene) -> None:
    pushed(scene.lab)
    scene.lab.push(f"{scene.lab.address}/w3:2.0")


@_provokes("no_such_tag", "pull", ImageNotFound)
def _pull_of_no_tag(scene: Scene) -> None:
    registry = pushed(scene.lab).partition("/")[0]
    scene.lab.pull(f"{registry}/w3:2.0")


@_provokes("no_login", "push", PushFailed)
def _push_without_login(scene: Scene) -> None:
    scene.push(scene.with_password())


@_provokes("no_login", "pull", PullFailed)
def _pull_without_login(scene: Scene) -> None:
    scene.lab.pull(f"{scene.with_password()}/w3:1.0")


@_provokes("unauthorized", "push", PushFailed)
def _push_with_a_wrong_password(scene: Scene) -> None:
    scene.push(scene.with_password("of-yesterday"))


@_provokes("unauthorized", "pull", PullFailed)
def _pull_with_a_wrong_password(scene: Scene) -> None:
    scene.lab.pull(f"{scene.with_password('of-yesterday')}/w3:1.0")


@_provokes("unauthorized", "login", LoginRefused)
def _log_in_with_a_wrong_password(scene: Scene) -> None:
    scene.with_password()
    scene.lab.login("anna", "wrong")


@_provokes("unauthorized", "login", LoginRefused)
def _log_in_with_a_wrong_password_for_tokens(scene: Scene) -> None:
    scene.with_tokens()
    scene.lab.login("anna", "wrong")


@_provokes("denied", "push", PushFailed, seen="unauthorized")
def _push_without_the_right(scene: Scene) -> None:
    scene.push(scene.with_tokens("ben"))


@_provokes("denied", "push", PushFailed, seen="no_login")
def _push_as_nobody(scene: Scene) -> None:
    scene.push(scene.with_tokens())


@_provokes("rate_limited", "pull", HubRateLimited, seen="")
def _too_many_pulls(scene: Scene) -> None:
    told = b'{"errors": [{"code": "TOOMANYREQUESTS", "message": "You have reached your limit."}]}'

    def app(_: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("429 Too Many Requests", [("Content-Type", "application/json")])
        return [told]

    with serving(app, ("127.0.0.1", 0)) as server:
        scene.lab.pull(f"localhost:{server.port}/w3:1.0")
