"""What the README promises exists, and what exists stands in the README."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

import regnb
from regnb.authoring.badges import binder_link, git_pull_link, repository_address
from regnb.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
TEACHING = {"docs/teaching.md": "en", "docs/teaching.fr.md": "fr"}


def commands(group: click.Group, prefix: str = "regnb") -> list[str]:
    names: list[str] = []
    for name, command in group.commands.items():
        full = f"{prefix} {name}"
        names += commands(command, full) if isinstance(command, click.Group) else [full]
    return names


@pytest.mark.parametrize("command", commands(main))
def test_every_command_stands_in_the_readme(command: str) -> None:
    assert f"`{command}`" in README


@pytest.mark.parametrize("name", sorted(set(regnb.__all__) - {"__version__"}))
def test_every_public_name_stands_in_the_readme(name: str) -> None:
    assert f"regnb.{name}(" in README
    assert getattr(regnb, name).__doc__


def test_every_command_of_the_readme_exists() -> None:
    named = set(re.findall(r"`(regnb [a-z-]+(?: [a-z-]+)?)", README))
    known = set(commands(main))
    assert {name for name in named if not any(name.startswith(one) for one in known)} == set()


@pytest.mark.parametrize("target", re.findall(r"\]\((?!https?:)([^)#]+)\)", README))
def test_every_link_of_the_readme_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_badges_lead_to_the_address_of_the_project(language: str) -> None:
    address = repository_address(ROOT)
    assert address is not None
    assert binder_link(address, language) in README


@pytest.mark.parametrize(("document", "language"), TEACHING.items())
def test_course_is_pulled_from_the_address_of_the_project(document: str, language: str) -> None:
    address = repository_address(ROOT)
    assert address is not None
    assert git_pull_link(address, language) in (ROOT / document).read_text("utf-8")


def test_every_chapter_stands_in_the_readme() -> None:
    for source in sorted((ROOT / "notebooks" / "src").glob("*.md")):
        for language in ("fr", "en"):
            assert f"notebooks/{language}/{source.stem}.ipynb" in README


@pytest.mark.parametrize("target", ["lab", "test"])
def test_make_has_the_two_commands_of_the_readme(target: str) -> None:
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
