from __future__ import annotations

from regnb.errors import RegnbError


def test_error_that_was_told_is_shown_in_its_words() -> None:
    error = RegnbError("It broke.")
    error.told = "Cela a cassé.\nRecommencez."
    assert error._render_traceback_()[1:] == ["Cela a cassé.", "Recommencez."]


def test_error_that_no_view_told_keeps_its_traceback() -> None:
    # IPython looks for the attribute; one that raised when called would hide the error itself.
    assert not hasattr(RegnbError("It broke."), "_render_traceback_")
