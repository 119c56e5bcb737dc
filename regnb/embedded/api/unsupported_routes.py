"""What only Docker can do: refused with a sentence, instead of half done."""

from __future__ import annotations

from typing import NoReturn

from werkzeug.wrappers import Response

from regnb.embedded.api.call import Call, Handler, answer, rule
from regnb.embedded.refusal import Refusal, not_here

_DOCKER = "use Docker for this."
_LOOK = "look at the registry through its API, or use Docker."


def _refuse(what: str, instead: str) -> Handler:
    def handler(call: Call, **names: str) -> NoReturn:
        of_container = "/containers/" in call.request.path
        name = names["name"] if of_container else call.text("container")
        if name:
            call.engine.containers.get(name)  # that it is not there is told first
        raise not_here(what, instead)

    return handler


_MISSING = [
    ("GET", "/containers/<name>/attach/ws", "attaching by a web socket", "use `docker attach`."),
    ("POST", "/containers/<name>/exec", "running a program in a container", _LOOK),
    ("POST", "/exec/<name>/start", "running a program in a container", _LOOK),
    ("POST", "/exec/<name>/resize", "running a program in a container", _LOOK),
    ("GET", "/exec/<name>/json", "running a program in a container", _LOOK),
    ("GET", "/containers/<name>/top", "listing the processes of a container", _LOOK),
    ("POST", "/containers/<name>/pause", "pausing a container", "stop it instead."),
    ("POST", "/containers/<name>/unpause", "pausing a container", "start it instead."),
    ("POST", "/containers/<name>/update", "changing a container", "make a new one instead."),
    ("GET", "/containers/<name>/changes", "looking at the files of a container", _LOOK),
    ("GET", "/containers/<name>/export", "looking at the files of a container", _LOOK),
    ("PUT", "/containers/<name>/archive", "copying files into a container", _LOOK),
    ("POST", "/build", "building an image", _DOCKER),
    ("POST", "/session", "building an image", _DOCKER),
    ("POST", "/grpc", "building an image", _DOCKER),
    ("POST", "/commit", "making an image of a container", _DOCKER),
    ("GET", "/images/search", "searching Docker Hub", "search at https://hub.docker.com."),
    ("PUT", "/volumes/<name>", "a volume of a cluster", _DOCKER),
    ("POST", "/networks/create", "making a network", "the containers share one network."),
    ("POST", "/networks/<name>/connect", "making a network", "the containers share one network."),
    (
        "POST",
        "/networks/<name>/disconnect",
        "making a network",
        "the containers share one network.",
    ),
]
_SWARM = ("swarm", "nodes", "services", "tasks", "secrets", "configs", "plugins")

# What Docker says as long as it is part of no cluster; `docker inspect` looks there as well.
_NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect '
    "this node to swarm and try again."
)


def _not_in_a_swarm(_call: Call, **_: str) -> NoReturn:
    raise Refusal(503, _NO_MANAGER)


def _no_plugins(call: Call) -> Response:
    call.filters("capability", "enabled")
    return answer([])


def _no_plugin(_call: Call, name: str) -> NoReturn:
    raise Refusal(404, f'plugin "{name}" not found')


# A question about what is not here has an answer.
_NOTHING = [
    rule("GET", "/plugins", _no_plugins),
    rule("GET", "/plugins/<path:name>/json", _no_plugin),
    *(
        rule("GET", f"/{noun}{rest}", _not_in_a_swarm)
        for noun in _SWARM
        if noun != "plugins"
        for rest in ("", "/<path:name>")
    ),
]

RULES = [
    *_NOTHING,
    *(rule(method, path, _refuse(what, instead)) for method, path, what, instead in _MISSING),
    *(
        rule(method, f"/{noun}{rest}", _refuse(f"`{noun}`, for clusters of engines,", _DOCKER))
        for noun in _SWARM
        for method in ("GET", "POST", "DELETE")
        for rest in ("", "/<path:name>")
    ),
]
