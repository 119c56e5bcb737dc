"""A registry with 5,000 repositories of 20 tags each: how long a learner waits, and for what."""

from __future__ import annotations

import json

from tests.browser.conftest import Write
from tests.browser.jupyter import PROJECT
from tests.browser.screen import OUTPUT, Screen

FILL = f"""
import sys
sys.path.insert(0, {str(PROJECT)!r})
import logging, threading
from werkzeug.serving import make_server
from regnb.analysis.browse import RegistryBrowser
from regnb.i18n import Translator
from regnb.oci import Digest, Platform
from regnb.oci.media_types import OCI_MANIFEST
from regnb.registry import RegistryClient
from regnb.server import Config, MemoryStorage, create_app
from regnb.server.storage_interface import NewManifest
from regnb.widgets.explore_view import Explore
from tests.analysis.registries import Image, open_registry, push

logging.getLogger("werkzeug").disabled = True
small = open_registry()
push(small, "one", "1", Image([{{"a": b"1"}}]))
manifest = small.get_manifest("one", "1")
storage = MemoryStorage()
tags = tuple(f"{{n}}.0" for n in range(20))
for number in range(5000):
    repository = storage.repository(f"team-{{number % 50:02}}/service-{{number:04}}")
    for descriptor in (manifest.config, *manifest.layers):
        repository.put_blob(descriptor.digest, small.get_blob("one", descriptor.digest))
    new = NewManifest(manifest.content, manifest.digest, OCI_MANIFEST, tags, frozenset())
    repository.put_manifest(new)
server = make_server("127.0.0.1", 0, create_app(storage, Config()), threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
source = RegistryBrowser(
    RegistryClient(f"http://127.0.0.1:{{server.server_port}}"), Platform("linux", "amd64")
)
"""
EXPLORE = 'Explore(Translator("en"), source, f"127.0.0.1:{server.server_port}")'

# From the moment that the cell is asked to run, or a key comes down, until it is painted.
FIRST_PAINT = """async () => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = 1;
    const started = performance.now();
    window.jupyterapp.commands.execute('notebook:run-cell');
    const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    while (!document.querySelector('.regnb-explore [role=option]')) await painted();
    await painted();
    return performance.now() - started;
}"""
KEYSTROKES = """async text => {
    const input = document.querySelector('.regnb-explore input');
    const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    const waits = [];
    for (const letter of text) {
        await painted();
        const started = performance.now();
        input.value += letter;
        input.dispatchEvent(new Event('input', {bubbles: true}));
        await painted();
        waits.push(performance.now() - started);
    }
    return waits;
}"""


def test_thousands_of_repositories(screen: Screen, write: Write) -> None:
    screen.open(write("en", fill=FILL, explore="None"))
    assert not [cell.errors for cell in screen.run() if cell.failed]
    screen.page.evaluate(
        "code => window.jupyterapp.shell.currentWidget.content.widgets[1]"
        ".model.sharedModel.setSource(code)",
        EXPLORE,
    )
    paint = screen.page.evaluate(FIRST_PAINT)
    view = screen.output("explore")
    rows = view.get_by_role("option")
    assert 10 < rows.count() < 60
    assert rows.first.get_attribute("aria-setsize") == "5000"
    keys = screen.page.evaluate(KEYSTROKES, "service-4321")
    assert rows.all_inner_texts() == ["team-21/service-4321"]
    rows.first.click()
    tags = view.locator("[data-list=tags]").get_by_role("option")
    tags.nth(19).wait_for()
    view.get_by_role("searchbox").fill("")
    view.locator("[data-list=repositories]").focus()
    screen.page.keyboard.press("End")
    view.get_by_role("option", name="team-49/service-4999").wait_for()
    figures = {"first_paint_ms": round(paint), "slowest_key_ms": round(max(keys))}
    (OUTPUT / "explore.json").write_text(json.dumps(figures), "utf-8")
    print(figures)
    screen.portrait(view, "explore-large-en")
    screen.close()
