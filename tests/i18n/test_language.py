from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from regnb.i18n import language_of_notebook

HOME = PurePosixPath("/home/ada")


@pytest.mark.parametrize(
    ("environment", "directory", "language"),
    [
        ({}, HOME / "notebooks/fr", "fr"),
        ({}, HOME / "notebooks/en", "en"),
        ({}, PureWindowsPath("C:\\course\\fr"), "fr"),
        ({"LANG": "fr_FR.UTF-8"}, HOME / "en", "en"),
        ({"REGNB_LANGUAGE": "en"}, HOME / "fr", "fr"),
        ({"JPY_SESSION_NAME": "/srv/notebooks/fr/00_x.ipynb"}, HOME, "fr"),
        ({"JPY_SESSION_NAME": "notebooks/fr/00_x.ipynb"}, HOME / "en", "fr"),
        ({"JPY_SESSION_NAME": "fr/00_x.ipynb", "REGNB_LANGUAGE": "en"}, HOME, "fr"),
        ({"JPY_SESSION_NAME": "/home/ada/00_x.ipynb"}, HOME / "fr", "fr"),
        ({"REGNB_LANGUAGE": "fr", "LANG": "en_US.UTF-8"}, HOME, "fr"),
        ({"LANG": "fr_CA.UTF-8"}, HOME, "fr"),
        ({}, HOME / "fr" / "work", "en"),
        ({}, HOME / "fr" / "solutions", "fr"),
        ({"JPY_SESSION_NAME": "notebooks/fr/solutions/00_x.ipynb"}, HOME / "en", "fr"),
        ({}, HOME, "en"),
    ],
)
def test_language_of_notebook(
    environment: dict[str, str], directory: PurePosixPath | PureWindowsPath, language: str
) -> None:
    assert language_of_notebook(environment, directory) == language


def test_working_directory_says_the_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "fr"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert language_of_notebook({}) == "fr"
