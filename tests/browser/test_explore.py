"""The browser of the registry, used with the mouse and with the keyboard."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Write
from tests.browser.screen import Screen

OPEN = "import regnb\nlab = regnb.open_lab()\n_ = lab.run_registry()"
FILL = """
for name in ("alpine", "nginx"):
    lab.pull(name)
    for tag in ("1.0", "2.0"):
        lab.tag(name, f"{lab.address}/shop/{name}:{tag}")
        lab.push(f"{lab.address}/shop/{name}:{tag}")
"""
TRUTH = """
import json
manifest = lab.client.get_manifest("shop/nginx", "1.0")
print(json.dumps({"digest": manifest.digest, "raw": manifest.content.decode(),
    "layers": [layer.digest for layer in manifest.layers]}))
"""


@pytest.fixture(scope="module", params=["fr", "en"])
def notebook(page: Screen, write: Write, request: pytest.FixtureRequest) -> Iterator[Screen]:
    """A registry with two repositories, its browser, and the truth in the cell below."""
    path = write(request.param, open=OPEN, fill=FILL, explore="lab.explore()", truth=TRUTH)
    page.open(path)
    assert not [cell.errors for cell in page.run() if cell.failed]
    yield page
    page.call("lab.clean_up()")
    page.close()


@pytest.fixture
def view(notebook: Screen) -> Locator:
    """The browser of the registry, live and as it is at first."""
    return notebook.run_again("explore")


def option(view: Locator, name: str) -> Locator:
    return view.get_by_role("option", name=name, exact=True)


def panel(view: Locator, name: str) -> Locator:
    view.locator(f"[data-tab={name}]").click()
    return view.locator(f"[role=tabpanel][data-slot={name}]")


def test_registry_is_browsed_with_the_mouse(screen: Screen, view: Locator) -> None:
    truth = json.loads(screen.output("truth").inner_text())
    language = view.locator("figure").get_attribute("lang")
    option(view, "shop/nginx").click()
    option(view, "1.0").click()
    expect(panel(view, "manifest")).to_contain_text(truth["digest"])
    screen.portrait(view, f"explore-manifest-{language}")
    assert panel(view, "raw").locator("pre").text_content() == truth["raw"]
    expect(panel(view, "config")).to_contain_text("linux/amd64")
    rows = panel(view, "layers").locator("tbody tr")
    expect(rows).to_have_count(len(truth["layers"]))
    screen.portrait(view, f"explore-layers-{language}")
    shown = [row.locator("code[title^=sha256]").get_attribute("title") for row in rows.all()]
    assert shown == truth["layers"]
    rows.last.locator("button").click()
    expect(panel(view, "files")).to_contain_text("/docker-entrypoint.d")
    screen.portrait(view, f"explore-files-{language}")


def test_registry_is_browsed_with_the_keyboard(screen: Screen, view: Locator) -> None:
    keyboard = screen.page.keyboard
    view.get_by_role("searchbox").focus()
    keyboard.type("NGINX:2")
    expect(view.get_by_role("option")).to_have_count(1)
    keyboard.press("Enter")
    expect(view.locator(".name")).to_contain_text("/shop/nginx:2.0")
    keyboard.press("Tab")
    expect(view.locator("[data-list=repositories]")).to_be_focused()
    keyboard.press("ArrowRight")
    expect(view.locator("[data-list=tags]")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("ArrowRight")
    expect(view.locator("[data-tab=raw]")).to_be_focused()
    expect(view.get_by_role("tabpanel")).to_have_attribute("data-slot", "raw")


def test_what_is_pushed_and_deleted_shows(screen: Screen, view: Locator) -> None:
    option(view, "shop/nginx").click()
    expect(view.get_by_role("option")).to_have_count(4)
    screen.call('lab.tag("nginx", f"{lab.address}/new:1"); lab.push(f"{lab.address}/new:1")')
    expect(option(view, "new")).to_be_visible()
    expect(view.locator("figcaption")).to_contain_text("3")
    screen.call('lab.tag("nginx", f"{lab.address}/shop/nginx:9")')
    screen.call('lab.push(f"{lab.address}/shop/nginx:9")')
    expect(option(view, "9")).to_be_visible()


# The last one: it leaves no registry to the others.
def test_registry_that_is_gone_is_told(screen: Screen, view: Locator) -> None:
    screen.call("lab.engine.remove_container(lab._session.registry_container().name)")
    option(view, "shop/nginx").click()
    expect(view.get_by_role("alert")).to_contain_text("localhost:")
