from __future__ import annotations

import pytest

from regnb.widgets import frontend


def test_program_that_is_no_kernel_shows_to_nobody() -> None:
    assert not frontend.in_notebook()
    assert not frontend.somebody_looks({})
    assert frontend.cell_number() == 0


@pytest.mark.parametrize(("progress", "looks"), [(None, True), ("1", True), ("0", False)])
def test_kernel_whose_outputs_are_stored_shows_to_nobody(
    monkeypatch: pytest.MonkeyPatch, progress: str | None, looks: bool
) -> None:
    monkeypatch.setattr(frontend, "in_notebook", lambda: True)
    environment = {} if progress is None else {frontend.VARIABLE: progress}
    assert frontend.somebody_looks(environment) is looks
