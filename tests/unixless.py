"""Take away what only some systems have, then run a module: `python -m tests.unixless MODULE …`.

It stands for Windows as far as a Unix can: what regnb itself imports and uses. The libraries below
take what they find on this system, so they are loaded before.
"""

from __future__ import annotations

import os
import runpy
import signal
import socket
import sys
from functools import partial
from importlib import import_module

# Loaded first: these ask which system this is, and take its own way.
LIBRARIES = (
    *(
        "cheroot.wsgi",
        "click._termui_impl",
        "cryptography.x509",
        "docker",
        "filelock",
        "ipykernel.kernelapp",
        "jupytext",
    ),
    *("jupyter_client", "nbclient", "pandas", "platformdirs", "send2trash", "zmq.asyncio"),
)
MODULES = ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty")
# https://docs.python.org/3/library/os.html, where "Availability" says Unix.
OF_OS = (
    *("fork", "forkpty", "getegid", "geteuid", "getgid", "getpgid", "getuid", "killpg", "setsid"),
    *("chown", "lchown", "mkfifo", "sendfile", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW"),
)
OF_SOCKET = ("AF_NETLINK", "AF_UNIX", "SO_REUSEPORT")
OF_SIGNAL = ("SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1", "SIGUSR2")


def block() -> None:
    """Take them away, in this process."""
    for name in LIBRARIES:
        import_module(name)
    # Windows has pairs, too, and asyncio needs them; its default here is a Unix socket.
    socket.socketpair = partial(socket.socketpair, socket.AF_UNIX)
    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for module, names in ((os, OF_OS), (socket, OF_SOCKET), (signal, OF_SIGNAL)):
        for name in names:
            vars(module).pop(name, None)


if __name__ == "__main__":
    block()
    sys.argv[:] = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__")
