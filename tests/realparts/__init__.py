"""A real Docker Engine, or Podman, and a stand-in for Docker Hub, in a corner of the machine.

`python -m tests.realparts -- COMMAND…` runs COMMAND where `docker pull nginx` and `docker run
registry:2.6` work with no access to Docker Hub. Engine, Hub and command live in namespaces of their
own for processes, network and mounts: nothing of the machine's own Docker is seen or touched, and
all of it ends with the last process.
"""

from __future__ import annotations
