"""The store of the lab's registry: its files, as its container sees them."""

from __future__ import annotations

from regnb.analysis.stored_files import StoredFile, read_store
from regnb.lab.registry.settings import STORAGE_PATH
from regnb.lab.session import Session
from regnb.lab.show import command


def store_files(session: Session) -> list[StoredFile]:
    """Files of the registry's store by path; empty for a registry that keeps all in memory."""
    name = session.registry_container().name
    files = read_store(session.engine.archive(name, STORAGE_PATH))
    return sorted(files, key=lambda file: file.path)


def show_copy(session: Session) -> None:
    """Show the command that gives the same files as a tar."""
    name = session.registry_container().name
    session.show(command("docker", "container", "cp", f"{name}:{STORAGE_PATH}", "-"))
