"""Containers that run: started, stopped, waited for, started again."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from regnb.embedded.containers.manager import Containers
from regnb.embedded.containers.networking import Sockets, free_address, knows, requested_bindings
from regnb.embedded.containers.record import LOST, ContainerRecord, ContainerState, now
from regnb.embedded.containers.registry_command import (
    DEBUG_ADDRESS,
    RegistryCommand,
    container_port,
    launch_of,
    registry_command,
)
from regnb.embedded.containers.runtime import Runtime, Task
from regnb.embedded.daemon_settings import Settings
from regnb.embedded.refusal import Refusal

STOP_TIMEOUT = 10.0
_ENDS = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}
_NEVER_ENDED = (0, 0)
_FIRST_DELAY = 0.1
_LONGEST_DELAY = 60.0


class Supervisor:
    """The running ones of `containers`; `remove` is called for those that remove themselves."""

    def __init__(
        self,
        containers: Containers,
        runtime: Runtime,
        settings: Callable[[], Settings],
        remove: Callable[[ContainerRecord], None],
    ) -> None:
        self._containers = containers
        self._runtime = runtime
        self._settings = settings
        self._remove = remove
        self._exited = threading.Condition(containers.lock)
        # How often a container has ended, and the last exit code.
        self._exits: dict[str, tuple[int, int]] = {}
        self._tasks: dict[str, Task] = {}
        self._closing = False

    def recover(self) -> None:
        """Set right what an earlier engine left running; start what is to start always."""
        for container in self._containers.all():
            policy = container.restart_policy
            if container.state.is_up:
                container.state = replace(
                    container.state, status="exited", exit_code=LOST, pid=0, finished=now()
                )
                container.address = ""
                self._containers.save(container)
            unless = policy == "unless-stopped" and not container.state.stopped_by_user
            if container.state.status == "exited" and (policy == "always" or unless):
                self._try_again(container, _FIRST_DELAY)

    def pid(self, container: ContainerRecord) -> int:
        """Its process ID; 0 when it does not run, or is no process."""
        return container.state.pid if container.state.running else 0

    def start(self, container: ContainerRecord) -> bool:
        """Start it; False when it ran already. Raises Refusal.

        One that is to remove itself does so as well when it cannot be started: its client waits.
        """
        try:
            return self._start(container)
        except Refusal:
            if container.host_config.get("AutoRemove") and self._containers.has(container):
                self._remove(container)
            raise

    def _start(self, container: ContainerRecord) -> bool:
        command = registry_command(container)
        with self._containers.lock:
            if container.state.running:
                return False
            task = self._run(container, command)
        task.wait_until_it_serves(STOP_TIMEOUT)
        return True

    def stop(self, container: ContainerRecord, timeout: float | None = None) -> bool:
        """End it, by force after `timeout` seconds; False when it did not run."""
        task = self._tasks.get(container.id)
        if self._gave_up(container):
            return True
        if task is None or not container.state.running:
            return False
        container.state.stopped_by_user = True
        task.end(STOP_TIMEOUT if timeout is None or timeout < 0 else timeout)
        self._containers.tell(container, "stop")
        return True

    def kill(self, container: ContainerRecord, number: int) -> None:
        """Send it a signal; raises Refusal (409) when it does not run."""
        task = self._tasks.get(container.id)
        if number in _ENDS and self._gave_up(container):
            return
        if task is None or not container.state.running:
            raise Refusal(
                409,
                f"cannot kill container: {container.name}: container {container.id} is not running",
            )
        container.state.stopped_by_user = number in _ENDS
        task.signal(number)
        self._containers.tell(container, "kill", signal=str(int(number)))
        if number == signal.SIGKILL:
            task.wait(STOP_TIMEOUT)

    def wait(
        self, container: ContainerRecord, condition: str, heartbeat: float
    ) -> Iterator[int | None]:
        """The exit code, once: now if it does not run, at its `next-exit`, or when `removed`.

        None stands for a pause of `heartbeat` seconds: a chance to notice that nobody waits.
        """
        with self._containers.lock:
            exits, _ = self._exits.get(container.id, _NEVER_ENDED)
        while not self._is_over(container, condition, exits):
            with self._exited:
                self._exited.wait(heartbeat)
            yield None
        # One that was restarted meanwhile has a new state already.
        _, code = self._exits.get(container.id, (0, container.state.exit_code))
        yield code

    def notify(self) -> None:
        """Wake those who wait: a container was removed."""
        with self._exited:
            self._exited.notify_all()

    def close(self) -> None:
        """Stop all, together; what ran stays written down as running, for `recover`."""
        self._closing = True
        running = list(self._tasks.values())
        threads = [threading.Thread(target=one.end, args=(STOP_TIMEOUT,)) for one in running]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _run(self, container: ContainerRecord, command: RegistryCommand) -> Task:
        """Start the task; the lock is held."""
        port = container_port(container, command)
        with Sockets() as sockets:
            self._allocate(container, sockets)
            serving = [sockets.of_port(port)]
            if debug := _debug_port(container):
                serving.append(sockets.of_port(debug))
            container.listens = serving[0].getsockname()[:2]
            launch = launch_of(container, command, self._containers.folder(container), serving)
            # Two starts may overlap with the end of a task: each has its own `on_exit`.
            task = self._runtime.start(
                launch, self._containers.logs(container), partial(self._on_exit, container)
            )
        container.address = self._free_address()
        container.bindings = sockets.bindings
        container.port_inside = port
        container.state = ContainerState("running", pid=task.pid, started=now())
        self._tasks[container.id] = task
        self._containers.save(container)
        self._containers.tell(container, "start")
        return task

    def _allocate(self, container: ContainerRecord, sockets: Sockets) -> None:
        taken = {
            (binding.host, binding.port)
            for one in self._containers.all()
            if one.state.running
            for binding in one.bindings
        }
        wanted = requested_bindings(container.config, container.host_config)
        mode = container.host_config.get("NetworkMode") or "default"
        if not knows(mode):
            told = f"failed to set up container networking: network {mode} not found"
            raise Refusal(404, told)
        try:
            inside = self._free_address()
            sockets.allocate(wanted, taken, self._settings().address, inside)
        except Refusal as refusal:
            raise Refusal(
                500,
                "failed to set up container networking: driver failed programming external "
                "connectivity on endpoint "
                f"{container.name} ({container.endpoint}): {refusal.message}",
            ) from refusal

    def _free_address(self) -> str:
        return free_address(one.address for one in self._containers.all())

    def _on_exit(self, container: ContainerRecord, code: int) -> None:
        with self._exited:
            stopped = container.state.stopped_by_user
            container.state = replace(
                container.state, status="exited", exit_code=code, pid=0, finished=now()
            )
            container.address, container.bindings = "", []
            self._tasks.pop(container.id, None)
            if not self._closing:
                self._containers.save(container)
            times, _ = self._exits.get(container.id, _NEVER_ENDED)
            self._exits[container.id] = times + 1, code
            self._exited.notify_all()
        self._containers.tell(container, "die", exitCode=str(code))
        if container.host_config.get("AutoRemove") and self._containers.has(container):
            self._remove(container)
        elif not stopped and not self._closing and _restarts(container, code):
            container.restarts += 1
            self._try_again(container, _delay(container.restarts))

    def _try_again(self, container: ContainerRecord, delay: float) -> None:
        container.state.status = "restarting"

        def start() -> None:
            time.sleep(delay)
            wanted = not self._closing and self._containers.has(container)
            if wanted and container.state.status == "restarting":
                try:
                    self.start(container)
                except Refusal as refusal:
                    container.state.status, container.state.error = "exited", refusal.message
                    self._containers.save(container)

        threading.Thread(target=start, daemon=True).start()

    def _gave_up(self, container: ContainerRecord) -> bool:
        """Start it no more when it waits for that; whether it did."""
        with self._containers.lock:
            if container.state.status != "restarting":
                return False
            container.state.status, container.state.stopped_by_user = "exited", True
            self._containers.save(container)
            return True

    def _is_over(self, container: ContainerRecord, condition: str, exits: int) -> bool:
        if condition == "removed":
            return not self._containers.has(container)
        if condition == "next-exit":
            return self._exits.get(container.id, _NEVER_ENDED)[0] > exits
        return not container.state.running


def _debug_port(container: ContainerRecord) -> int:
    """The port of the metrics of the registry, inside; 0 when it is to have none."""
    port = container.environment.get(DEBUG_ADDRESS, "").rpartition(":")[2]
    return int(port) if port.isdecimal() else 0


def _restarts(container: ContainerRecord, code: int) -> bool:
    policy = container.restart_policy
    if policy == "on-failure":
        limit = int(container.host_config["RestartPolicy"].get("MaximumRetryCount") or 0)
        return code != 0 and (limit == 0 or container.restarts < limit)
    return policy in {"always", "unless-stopped"}


def _delay(restarts: int) -> float:
    return min(_LONGEST_DELAY, _FIRST_DELAY * float(1 << min(restarts, 10)))
