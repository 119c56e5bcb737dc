"""The pictures of an image, clicked through as a learner does."""

from __future__ import annotations

from tests.browser.conftest import Write
from tests.browser.screen import Screen

PUSH = """import regnb
lab = regnb.open_lab()
lab.run_registry()
lab.pull("nginx")
lab.tag("nginx", f"{lab.address}/w3:1.0")
lab.push(f"{lab.address}/w3:1.0")"""


def test_parts_and_files_of_an_image_are_there_to_click(screen: Screen, write: Write) -> None:
    cells = {"push": PUSH, "anatomy": 'lab.anatomy("w3:1.0")', "files": 'lab.files("w3:1.0")'}
    cells |= {"end": "lab.clean_up()"}
    screen.open(write("en", **cells))
    try:
        assert not [cell.errors for cell in screen.run() if cell.failed]
        # The registry is gone by now: the bytes of the manifest were read with the picture.
        anatomy = screen.output("anatomy").locator(".regnb-anatomy")
        anatomy.locator("button.manifest").first.focus()
        screen.page.keyboard.press("Enter")
        anatomy.locator("[data-slot=bytes] pre").get_by_text("schemaVersion").wait_for()
        files = screen.output("files").locator(".regnb-files")
        files.locator(".layer > summary").last.click()
        screen.portrait(anatomy, "anatomy")
        screen.portrait(files, "files")
    finally:
        screen.close()
