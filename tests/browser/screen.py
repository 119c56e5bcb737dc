"""What a learner sees of JupyterLab and does in it, and the complaints of the browser."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, Response

OUTPUT = Path(__file__).parent.parent.parent / "ci-output" / "browser"
# Milliseconds, on a small machine that does other things too: for a chapter, for one reaction.
PATIENCE = 300_000
REACTION = int(os.environ.get("REGNB_TEST_REACTION", "60000"))
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
MAX_HEIGHT = 16_000  # pixels: what Chromium draws in one picture

# What JupyterLab itself complains of, by the text and nothing wider.
HARMLESS = (
    # A kernel that is shut down before JupyterLab has asked about its debugger.
    r"^Could not restore the debugger state: Canceled future for debug_request message",
    # A widget that is gone when its layout has come is told its size: jupyterlab_widgets, its
    # JupyterLuminoWidget.processMessage, does not look whether there is still a view.
    r"^TypeError: Cannot read properties of null \(reading 'processLuminoMessage'\)",
)

_OPEN = """async path => {
    const app = window.jupyterapp;
    await app.restored;
    const widget = await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    await widget.context.ready;
    await widget.revealed;
    await widget.sessionContext.ready;
}"""
_RUN = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
_RUN_CELL = """async number => {
    const app = window.jupyterapp;
    app.shell.currentWidget.content.activeCellIndex = number;
    await app.commands.execute('notebook:run-cell');
}"""
_RUN_IS_OVER = """() => {
    const {model, widgets} = window.jupyterapp.shell.currentWidget.content;
    const code = widgets.filter(cell => cell.model.type === 'code'
        && cell.model.sharedModel.source);
    const failed = code.some(cell => cell.model.executionState !== 'running'
        && cell.model.outputs.toJSON().some(output => output.output_type === 'error')
        && !(cell.model.getMetadata('tags') || []).includes('raises-exception'));
    return failed || code.every(cell => cell.model.executionCount !== null
        && cell.model.executionState === 'idle');
}"""
_CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === 'code')
    .map(cell => ({
        name: cell.model.id,
        count: cell.model.executionCount,
        tags: cell.model.getMetadata('tags') || [],
        outputs: JSON.stringify(cell.model.outputs.toJSON()),
    }))"""
_CLOSE = """async () => {
    const app = window.jupyterapp;
    const widget = app.shell.currentWidget;
    await widget.sessionContext.shutdown();
    widget.context.model.dirty = false;
    await app.commands.execute('application:close');
}"""
_CLEAR = """async () => {
    await window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs');
}"""
_CALL = """async code => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const reply = await kernel.requestExecute({code, silent: true}).done;
    return reply.content.status;
}"""
_THEME = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
_CURRENT_THEME = "() => document.body.dataset.jpThemeName"
# JupyterLab shows its splash while it changes the theme, and takes it away 200 ms later without a
# look whether it is there: a second change within that time ends in an uncaught NotFoundError of
# removeChild. Nobody changes themes that fast, and a picture would show the splash.
_THEME_IS_THERE = """theme => document.body.dataset.jpThemeName === theme
    && !document.getElementById('jupyterlab-splash')"""
_HEIGHT = """() => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.outerNode.scrollTo(0, 0);
    return notebook.outerNode.scrollHeight;
}"""


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell after a run."""

    name: str
    count: int | None
    tags: list[str]
    outputs: list[dict[str, Any]]

    @property
    def errors(self) -> list[str]:
        """What it raised."""
        return [f"{out['ename']}: {out['evalue']}" for out in self.outputs if "ename" in out]

    @property
    def failed(self) -> bool:
        """Whether it raised what it should not, or did not run."""
        return self.count is None or bool(self.errors and "raises-exception" not in self.tags)


class Screen:
    """JupyterLab in a browser; one notebook is open at a time."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(REACTION)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error.stack}"))
        page.on("response", self._watch)
        page.goto(f"{address}/lab?reset")
        page.wait_for_function("() => window.jupyterapp && document.querySelector('.jp-Launcher')")
        page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")

    def open(self, path: str) -> None:
        """Open the notebook `path`, without the outputs that are stored in it."""
        self.page.evaluate(_OPEN, path)
        self.page.evaluate(_CLEAR)

    def run(self) -> list[Cell]:
        """Run all cells; the code cells when the last one is done, or when one has failed."""
        self.start()
        return self.wait()

    def start(self) -> None:
        """Start to run all cells."""
        self.page.evaluate(_RUN)

    def wait(self) -> list[Cell]:
        """The code cells when the last one is done, or when one has failed."""
        self.page.wait_for_function(_RUN_IS_OVER, polling=200, timeout=PATIENCE)
        found = self.page.evaluate(_CELLS)
        return [Cell(**{**cell, "outputs": json.loads(cell["outputs"])}) for cell in found]

    def run_again(self, name: str) -> Locator:
        """Run the cell called `name` alone; its new outputs."""
        self.page.evaluate(_RUN_CELL, self._number(name))
        return self.output(name)

    def output(self, name: str) -> Locator:
        """The outputs of the cell called `name`."""
        number = self._number(name)
        cell = self.page.locator(".jp-Notebook:visible .jp-Cell").nth(number)
        return cell.locator(".jp-Cell-outputArea")

    def _number(self, name: str) -> int:
        index = "name => window.jupyterapp.shell.currentWidget.content.widgets.findIndex"
        return int(self.page.evaluate(f"{index}(cell => cell.model.id === name)", name))

    def call(self, code: str) -> None:
        """Run `code` in the kernel of the notebook, beside its cells."""
        assert self.page.evaluate(_CALL, code) == "ok", code

    def close(self) -> None:
        """End the kernel and close the notebook, unsaved."""
        self.page.evaluate(_CLOSE)

    def picture(self, name: str) -> None:
        """Take a picture of the whole notebook in light and in dark: `NAME-light.png`…"""
        with self._height(self.page.evaluate(_HEIGHT)):
            for theme in self._themes():
                self.page.screenshot(path=OUTPUT / f"{name}-{theme}.png")

    def portrait(self, view: Locator, name: str) -> None:
        """Take a picture of one view in light and in dark."""
        box = view.bounding_box()
        assert box
        with self._height(int(box["height"])):
            for theme in self._themes():
                view.screenshot(path=OUTPUT / f"{name}-{theme}.png")

    @contextmanager
    def _height(self, height: int) -> Iterator[None]:
        """A window in which `height` pixels of a notebook are in sight at once."""
        before = self.page.viewport_size
        assert before
        taller = min(max(height + 200, before["height"]), MAX_HEIGHT)
        self.page.set_viewport_size({"width": before["width"], "height": taller})
        yield
        self.page.set_viewport_size(before)

    def _themes(self) -> Iterator[str]:
        """The name of each theme while JupyterLab wears it, first of the one that it has on."""
        OUTPUT.mkdir(parents=True, exist_ok=True)
        current = self.page.evaluate(_CURRENT_THEME)
        for name, title in sorted(THEMES.items(), key=lambda theme: theme[1] != current):
            if title != current:
                self.page.evaluate(_THEME, title)
                self.page.wait_for_function(_THEME_IS_THERE, arg=title)
            yield name

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _is_harmless(message.text):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _watch(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")


def _is_harmless(text: str) -> bool:
    return any(re.search(pattern, text) for pattern in HARMLESS)
