"""`python -m tests.networks.inside KIND FOLDER LANGUAGE CHAPTER...`: chapters in a bad network.

Runs in network and mount namespaces of its own, where the names of Docker Hub and of its mirrors
lead to a server that makes trouble of KIND, and prints what the cells show.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regnb.authoring.execution import run
from regnb.authoring.notebook_files import code_cells, read_notebook
from regnb.embedded import background
from tests.networks.hubs import FINE, NAMES, Authority, answer, saying, serving, waiting
from tests.networks.proxies import proxy

ROOT = Path(__file__).parent.parent.parent
# What the server says, once its certificate is trusted; a KIND that is not here is not trusted.
TALKS = {
    "forbidden": saying(answer("403 Forbidden")),
    "bad gateway": saying(answer("502 Bad Gateway")),
    "hangs": waiting(),
}


def main(kind: str, folder: Path, language: str, chapters: list[str]) -> None:
    """Run the chapters, or `regnb doctor` for `doctor` among them."""
    _make_network(folder)
    os.environ |= {"REGNB_HOME": str(folder / "home"), "REGNB_ENGINE": "embedded"}
    os.environ["REGNB_LANGUAGE"] = language
    for name in ("REGNB_HUB", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        os.environ.pop(name, None)
    with _trouble(kind, folder):
        try:
            for chapter in chapters:
                _show(chapter, language)
        finally:
            background.stop(background.Place.default(os.environ))


def _make_network(folder: Path) -> None:
    hosts = folder / "hosts"
    names = " ".join(name for name in NAMES if name[0].isalpha())
    hosts.write_text(f"127.0.0.1 {names}\n")
    commands = [
        ["ip", "link", "set", "lo", "up"],
        ["mount", "--bind", str(hosts), "/etc/hosts"],
    ]
    for command in commands:
        subprocess.run(command, check=True)


@contextmanager
def _trouble(kind: str, folder: Path) -> Iterator[None]:
    authority = Authority.make(folder)
    if kind == "proxy":
        with proxy({}, login="somebody:else") as office:
            os.environ["HTTPS_PROXY"] = os.environ["HTTP_PROXY"] = f"http://{office.address}"
            yield
        return
    trusted = folder / "trusted.pem"
    trusted.write_bytes((authority if kind in TALKS else _another(folder)).file.read_bytes())
    os.environ["SSL_CERT_FILE"] = str(trusted)
    with serving(authority.context(), TALKS.get(kind, saying(FINE)), port=443):
        yield


def _another(folder: Path) -> Authority:
    other = folder / "other"
    other.mkdir()
    return Authority.make(other)


def _show(chapter: str, language: str) -> None:
    if chapter == "doctor":
        subprocess.run([sys.executable, "-m", "regnb", "doctor"], check=False)
        return
    path = next((ROOT / "notebooks" / language).glob(f"{chapter}_*.ipynb"))
    notebook = read_notebook(path)
    for _ in run(notebook, path):
        pass
    for cell in code_cells(notebook):
        for output in cell.outputs:
            data = output.get("data", {})
            print(output.get("text") or data.get("text/plain") or "", data.get("text/html") or "")
    print(f"END OF {chapter}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4:])
