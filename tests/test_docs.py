"""What the documents promise exists, and what exists stands in the README, in both languages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from urllib.parse import quote, urlsplit

import click
import pytest

import regnb
from regnb.cli import main

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.fr.md")
TEACHING = {"docs/teaching.md": "en", "docs/teaching.fr.md": "fr"}
DOCUMENTS = (*READMES, *TEACHING)


def commands(group: click.Group, prefix: str = "regnb") -> list[str]:
    names: list[str] = []
    for name, command in group.commands.items():
        full = f"{prefix} {name}"
        names += commands(command, full) if isinstance(command, click.Group) else [full]
    return names


def text_of(document: str) -> str:
    return (ROOT / document).read_text("utf-8")


def address() -> str:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    found: str = project["urls"]["Repository"]
    return found


def repository() -> str:
    """Owner and name, at GitHub."""
    return urlsplit(address()).path.strip("/").removesuffix(".git")


def binder_link(language: str) -> str:
    """The link to Binder, by `regnb.jupyter`, which has JupyterLab speak the language too."""
    return f"https://mybinder.org/v2/gh/{repository()}/main?urlpath=regnb%2F{language}"


def git_pull_link(language: str) -> str:
    """The part after the address of a JupyterHub, by which nbgitpuller brings and opens the course.

    https://nbgitpuller.readthedocs.io/en/latest/topic/url-options.html
    """
    target = quote(f"lab/tree/{repository().partition('/')[2]}/notebooks/{language}", safe="")
    query = f"repo={quote(address(), safe='')}&branch=main&urlpath={target}"
    return f"/hub/user-redirect/git-pull?{query}"


@pytest.fixture(params=READMES)
def readme(request: pytest.FixtureRequest) -> str:
    return text_of(request.param)


@pytest.mark.parametrize("command", commands(main))
def test_every_command_stands_in_the_readme(readme: str, command: str) -> None:
    assert f"`{command}`" in readme


@pytest.mark.parametrize("name", sorted(set(regnb.__all__) - {"__version__"}))
def test_every_public_name_stands_in_the_readme(readme: str, name: str) -> None:
    assert f"regnb.{name}(" in readme
    assert getattr(regnb, name).__doc__


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_of_a_document_exists(document: str) -> None:
    named = re.findall(r"(?m)(?:`|^)(regnb [a-z-]+(?: [a-z-]+)?)", text_of(document))
    known = tuple(commands(main))
    groups = {command.rpartition(" ")[0] for command in known} - {"regnb"}
    wrong = [
        name
        for name in named
        if (name.startswith(tuple(groups)) and name not in known) or not name.startswith(known)
    ]
    assert wrong == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(document: str) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", text_of(document))
    assert targets
    missing = [
        target for target in targets if not (ROOT / document).parent.joinpath(target).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_badges_lead_to_the_address_of_the_project(readme: str, language: str) -> None:
    assert binder_link(language) in readme


@pytest.mark.parametrize(("document", "language"), TEACHING.items())
def test_course_is_pulled_from_the_address_of_the_project(document: str, language: str) -> None:
    assert git_pull_link(language) in text_of(document)


def minutes_of(source: Path) -> list[str]:
    """What a chapter says of itself in each language."""
    return re.findall(r"\*\*(?:Durée|Time)\*\* ?: (\d+) minutes", source.read_text("utf-8"))


def test_every_chapter_stands_in_the_readme_once_with_its_time(readme: str) -> None:
    rows = [line for line in readme.splitlines() if re.match(r"\| \d\d \|", line)]
    sources = sorted((ROOT / "notebooks" / "src").glob("*.md"))
    assert [row[2:4] for row in rows] == [source.stem[:2] for source in sources]
    for row, source in zip(rows, sources, strict=True):
        assert all(f"notebooks/{name}/{source.stem}.ipynb" in row for name in ("fr", "en"))
        assert minutes_of(source) == re.findall(r"(\d+)\smin \|$", row) * 2


@pytest.mark.parametrize("target", ["lab", "test"])
def test_make_has_the_two_commands_of_the_readme(readme: str, target: str) -> None:
    assert f"make {target}" in readme
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
