"""The images of the stand-in for Docker Hub, made `FROM scratch` of Debian's own binaries.

They have the shape of the official ones: the same names, commands, ports and volumes, a base layer
that all of them share, several layers, and a history with steps that made none.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.realparts.debian import architecture, fetched_version, installed_version, libraries_of
from tests.realparts.images import Recipe, Step
from tests.realparts.layers import ANYONE, PROGRAM, Tree

REGISTRY_BINARY = Path("/usr/bin/docker-registry")
FILES = Path(__file__).parent / "files"
_BUILD_LOG = "/var/log/build.log"
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def recipes(packages: Path) -> Iterator[Recipe]:
    """All images, from the unpacked `packages`."""
    base = _base(packages)
    yield _small(base, "alpine", ("latest", "3"), "/bin/sh")
    yield _small(base, "busybox", ("latest", "1"), "sh")
    yield _small(base, "hello-world", ("latest", "linux"), "echo", "This engine runs containers.")
    yield _nginx(base, packages)
    old, new = "/etc/docker/registry/config.yml", "/etc/distribution/config.yml"
    # What Docker Hub has of 2.6 is of the time before OCI's formats.
    yield _registry(base, ("2.6", "2.6.2"), old, docker_media_types=True)
    yield _registry(base, ("2", "2.8"), old)
    yield _registry(base, ("3", "latest"), new)


def _base(packages: Path) -> Step:
    """Loader, C library and a small shell; this layer is in all images."""
    # Since Debian 13 all programs are in /usr.
    busybox = next(path for path in packages.glob("**/bin/busybox"))
    tree = Tree(_time_of(busybox))
    for library in libraries_of(REGISTRY_BINARY):
        tree.copy(library)
    tree.copy(busybox, "/bin/busybox")
    for applet in _applets(busybox):
        tree.link(f"/bin/{applet}", "busybox")
    for name in ("passwd", "group"):
        tree.copy(FILES / name, f"/etc/{name}")
    tree.folder("/tmp", mode=ANYONE)
    parts = [
        f"libc6 {installed_version('libc6')}",
        f"busybox-static {fetched_version(packages, 'busybox-static')}",
    ]
    tree.file(_BUILD_LOG, "\n".join(parts))
    return Step(f"ADD {', '.join(parts)} in /", tree)


def _small(base: Step, name: str, tags: tuple[str, ...], *command: str) -> Recipe:
    """A small image with a shell: busybox, as in Alpine, on Debian's C library."""
    return Recipe(
        repository=f"library/{name}",
        tags=tags,
        created=_time(base),
        architecture=architecture(),
        steps=[base, Step(f"CMD {json.dumps(command)}")],
        execution={"Env": [_PATH], "Cmd": list(command)},
    )


def _nginx(base: Step, packages: Path) -> Recipe:
    binary = packages / "usr/sbin/nginx"
    version = fetched_version(packages, "nginx")
    time = _time_of(binary)
    libraries, program, pages, logs = (Tree(time) for _ in range(4))
    for library in libraries_of(binary):
        libraries.copy(library)
    program.copy(binary, "/usr/sbin/nginx")
    program.folder("/var/lib/nginx")
    program.folder("/run")
    users = (FILES / "passwd").read_text("utf-8")
    program.file("/etc/passwd", f"{users}nginx:x:101:101:nginx:/nonexistent:/bin/false\n")
    program.copy(FILES / "nginx.conf", "/etc/nginx/nginx.conf")
    program.copy(packages / "etc/nginx/mime.types", "/etc/nginx/mime.types")
    pages.copy(packages / "usr/share/nginx/html/index.html", "/usr/share/nginx/html/index.html")
    logs.link("/var/log/nginx/access.log", "/dev/stdout")
    logs.link("/var/log/nginx/error.log", "/dev/stderr")
    logs.delete(_BUILD_LOG)
    return Recipe(
        repository="library/nginx",
        tags=("latest", "1"),
        created=time,
        architecture=architecture(),
        steps=[
            base,
            Step("LABEL maintainer=Debian"),
            Step(f"ENV NGINX_VERSION={version}"),
            Step("ADD the libraries of nginx in /", libraries),
            Step(f"ADD nginx {version} in /", program),
            Step("COPY index.html /usr/share/nginx/html # buildkit", pages),
            Step(
                f"RUN ln -sf /dev/stdout /var/log/nginx/access.log && rm {_BUILD_LOG} # buildkit",
                logs,
            ),
            Step("EXPOSE map[80/tcp:{}]"),
            Step("STOPSIGNAL SIGQUIT"),
            Step('CMD ["nginx" "-g" "daemon off;"]'),
        ],
        execution={
            "ExposedPorts": {"80/tcp": {}},
            "Env": [_PATH, f"NGINX_VERSION={version}"],
            "Cmd": ["nginx", "-g", "daemon off;"],
            "Labels": {"maintainer": "Debian"},
            "StopSignal": "SIGQUIT",
        },
    )


def _registry(
    base: Step, tags: tuple[str, ...], config_path: str, *, docker_media_types: bool = False
) -> Recipe:
    time = _time_of(REGISTRY_BINARY)
    program, config, entry = (Tree(time) for _ in range(3))
    program.copy(REGISTRY_BINARY, "/bin/registry")
    config.copy(FILES / "registry.yml", config_path)
    entry.file("/entrypoint.sh", (FILES / "entrypoint.sh").read_bytes(), mode=PROGRAM)
    return Recipe(
        repository="library/registry",
        tags=tags,
        created=time,
        architecture=architecture(),
        steps=[
            base,
            Step('CMD ["/bin/sh"]'),
            Step(f"ADD docker-registry {installed_version('docker-registry')} in /bin", program),
            Step(f"COPY ./config.yml {config_path}", config),
            Step("VOLUME [/var/lib/registry]"),
            Step("EXPOSE 5000/tcp"),
            Step("COPY ./entrypoint.sh /entrypoint.sh", entry),
            Step('ENTRYPOINT ["/entrypoint.sh"]'),
            Step(f'CMD ["{config_path}"]'),
        ],
        execution={
            "ExposedPorts": {"5000/tcp": {}},
            "Env": [_PATH],
            "Entrypoint": ["/entrypoint.sh"],
            "Cmd": [config_path],
            "Volumes": {"/var/lib/registry": {}},
        },
        docker_media_types=docker_media_types,
    )


def _applets(busybox: Path) -> list[str]:
    listing = subprocess.run([busybox, "--list"], check=True, stdout=subprocess.PIPE, text=True)
    return [name for name in listing.stdout.split() if name != "busybox"]


def _time_of(path: Path) -> int:
    return int(path.stat().st_mtime)


def _time(step: Step) -> int:
    return step.tree.time if step.tree else 0
