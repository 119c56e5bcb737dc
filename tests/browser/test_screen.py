"""What the tests in the browser would miss if the watching did not work."""

from __future__ import annotations

from tests.browser.conftest import Write
from tests.browser.screen import Screen


def test_cell_that_fails_is_seen(screen: Screen, write: Write) -> None:
    screen.open(write("en", good="1 + 1", bad="1 / 0", never="2"))
    cells = {cell.name: cell for cell in screen.run()}
    screen.close()
    assert [cell.name for cell in cells.values() if cell.failed] == ["bad", "never"]
    assert cells["bad"].errors == ["ZeroDivisionError: division by zero"]


def test_complaint_of_the_browser_is_heard(screen: Screen) -> None:
    screen.page.evaluate("() => console.error('broken')")
    screen.page.evaluate("() => { setTimeout(() => { throw new Error('thrown') }) }")
    screen.page.wait_for_timeout(200)
    heard, screen.complaints[:] = list(screen.complaints), []
    assert [text.split("\n")[0] for text in heard] == ["broken ()", "uncaught: Error: thrown"]
