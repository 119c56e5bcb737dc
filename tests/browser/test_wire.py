from __future__ import annotations

import json

import pytest

from tests.browser.conftest import Write
from tests.browser.screen import Screen

OPEN = "import regnb\nlab = regnb.open_lab()\nlab.run_registry()"
FILL = "\n".join(
    f'lab.pull("{name}"); lab.tag("{name}", f"{{lab.address}}/{name}:1.0"); '
    f'lab.push(f"{{lab.address}}/{name}:1.0")'
    for name in ("alpine", "nginx")
)


WORDS = {"fr": ("empreinte", "moteur"), "en": ("digest", "engine")}


@pytest.mark.parametrize("language", WORDS)
def test_exchanges_are_told_as_they_were(screen: Screen, write: Write, language: str) -> None:
    meaning, engine = WORDS[language]
    path = write(
        language,
        open=OPEN,
        fill=FILL,
        tags='lab.tags("nginx")',
        wire="lab.wire()",
        pushed='lab.push(f"{lab.address}/nginx:1.0")',
        engine="lab.wire()",
        missing='try: lab.client.get_manifest("nginx", "none")\nexcept Exception: pass',
        error="lab.wire()",
        truth='print(lab.client.head_manifest("nginx", "1.0").digest)',
        end="lab.clean_up()",
    )
    screen.open(path)
    assert not [cell.errors for cell in screen.run() if cell.failed]
    wire = screen.output("wire")
    wire.locator("summary").nth(1).click()
    second = wire.locator("details").nth(1)
    digest = screen.output("truth").inner_text().strip()
    row = second.locator("tr", has_text="Docker-Content-Digest")
    assert row.locator("code").inner_text() == digest
    assert meaning in row.inner_text()
    body = json.loads(second.locator("pre").first.inner_text())
    assert len(body["layers"]) == 7
    copied = second.locator("button[data-copy]").get_attribute("data-copy") or ""
    assert copied.startswith("curl --include --header 'Accept: ")
    second.locator("button[data-copy]").click()
    assert screen.page.evaluate("() => navigator.clipboard.readText()") == copied
    assert engine in screen.output("engine").inner_text()
    assert "404 Not Found" in screen.output("error").locator("summary").inner_text()
    screen.portrait(wire, f"wire-{language}")
    screen.close()
