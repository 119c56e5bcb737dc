from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Write
from tests.browser.screen import Screen


@pytest.mark.parametrize("language", ["fr", "en"])
def test_panel_follows_the_steps_of_the_lab(screen: Screen, write: Write, language: str) -> None:
    screen.open(write(language, open="import regnb\nlab = regnb.open_lab()", panel="lab.panel()"))
    assert not [cell.errors for cell in screen.run() if cell.failed]
    panel = screen.output("panel")
    expect(panel).to_contain_text("lab.run_registry()")
    screen.call("lab.run_registry()")
    expect(panel).to_contain_text("localhost:")
    address = panel.locator("tr").nth(3).locator("code").inner_text()
    screen.call("assert lab.address == " + repr(address))
    screen.call('lab.pull("nginx"); lab.tag("nginx", f"{lab.address}/w3:1.0")')
    screen.call('lab.push(f"{lab.address}/w3:1.0")')
    expect(panel.locator("tr").last).to_contain_text("1")
    screen.call('lab.check("01-w3")')
    panel.locator("summary").nth(1).click()
    expect(panel.locator("li", has_text="w3:1.0").first).to_contain_text("✓")
    screen.portrait(panel, f"panel-{language}")
    panel.get_by_role("button").click()
    expect(panel.locator("tr").last).to_contain_text("1")
    screen.call("lab.clean_up()")
    expect(panel).to_contain_text("lab.run_registry()")
    screen.close()
