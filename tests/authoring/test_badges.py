from __future__ import annotations

from pathlib import Path

import pytest

from regnb.authoring.badges import badge, binder_link, repository_address


@pytest.mark.parametrize(
    ("address", "language", "link"),
    [
        (
            "https://github.com/someone/regnb",
            "fr",
            "https://mybinder.org/v2/gh/someone/regnb/main?urlpath=regnb%2Ffr",
        ),
        (
            "https://gitlab.com/group/sub/regnb.git",
            "en",
            "https://mybinder.org/v2/gl/group%2Fsub%2Fregnb/main?urlpath=regnb%2Fen",
        ),
    ],
    ids=["github", "gitlab"],
)
def test_link_opens_the_notebooks(address: str, language: str, link: str) -> None:
    assert binder_link(address, language) == link
    assert link in badge(address, language, "Binder")


def test_link_to_an_unknown_host_is_refused() -> None:
    with pytest.raises(ValueError, match="not for"):
        binder_link("https://example.com/a/b", "fr")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ('[project]\nname = "x"\n', None),
        (
            '[project]\n[project.urls]\nRepository = "https://github.com/a/b"',
            "https://github.com/a/b",
        ),
    ],
)
def test_address_is_that_of_the_project(tmp_path: Path, text: str, address: str | None) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert repository_address(tmp_path) == address
