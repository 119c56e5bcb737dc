"""The links of the documents that open the course elsewhere: Binder, and a JupyterHub.

The badges are one per language, on one image. A link is
`https://mybinder.org/v2/gh/ORG/REPO/REF?urlpath=…`; the address is pyproject.toml's.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from urllib.parse import quote, urlsplit

BADGE = "https://mybinder.org/badge_logo.svg"
REFERENCE = "main"
_FOLDERS = {"fr": "notebooks/fr", "en": "notebooks/en"}
_PROVIDERS = {"github.com": "gh", "gitlab.com": "gl"}


def repository_address(project: Path) -> str | None:
    """The `Repository` of the URLs in the pyproject.toml of `project`; None without any."""
    fields = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    address = fields["project"].get("urls", {}).get("Repository")
    return str(address) if address else None


def binder_link(address: str, language: str, reference: str = REFERENCE) -> str:
    """The link that opens the notebooks of `language` on Binder; ValueError for a foreign host.

    It goes by `regnb.jupyter`, which has JupyterLab speak the language too.
    """
    parts = urlsplit(address)
    provider = _PROVIDERS.get(parts.hostname or "")
    if provider is None:
        known = ", ".join(_PROVIDERS)
        raise ValueError(f"Binder links are made for {known}, not for `{address}`.")
    path = parts.path.strip("/").removesuffix(".git")
    if provider == "gl":
        path = quote(path, safe="")
    target = quote(f"regnb/{language}", safe="")
    return f"https://mybinder.org/v2/{provider}/{path}/{reference}?urlpath={target}"


def git_pull_link(address: str, language: str, reference: str = REFERENCE) -> str:
    """The part after the address of a JupyterHub, by which nbgitpuller brings and opens the course.

    https://nbgitpuller.readthedocs.io/en/latest/topic/url-options.html
    """
    name = urlsplit(address).path.strip("/").removesuffix(".git").rpartition("/")[2]
    target = quote(f"lab/tree/{name}/{_FOLDERS[language]}", safe="")
    repository = quote(address, safe="")
    return f"/hub/user-redirect/git-pull?repo={repository}&branch={reference}&urlpath={target}"


def badge(address: str, language: str, text: str) -> str:
    """The badge of `language` in Markdown, with `text` for those who cannot see it."""
    return f"[![{text}]({BADGE})]({binder_link(address, language)})"
