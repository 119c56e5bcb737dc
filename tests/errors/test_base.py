from __future__ import annotations

from regnb import errors
from regnb.errors import RegnbError


def test_error_that_was_told_is_shown_in_its_words() -> None:
    error = RegnbError("It broke.")
    error.told = "Cela a cassé.\nRecommencez."
    assert error._render_traceback_()[1:] == ["Cela a cassé.", "Recommencez."]


def test_error_that_no_view_told_keeps_its_traceback() -> None:
    # IPython looks for the attribute; one that raised when called would hide the error itself.
    assert not hasattr(RegnbError("It broke."), "_render_traceback_")


def test_error_names_the_words_of_its_own_class() -> None:
    error = errors.ManifestNotFound("no such manifest")
    assert error.text_key == "errors.ManifestNotFound.text"
    assert error.mend_key == "errors.ManifestNotFound.mend"
    assert not error.reason_key


def test_error_of_one_part_has_the_words_of_its_base() -> None:
    class NoSuchManifest(errors.ManifestNotFound):
        """Of no part that a learner meets."""

    assert NoSuchManifest("no such manifest").text_key == "errors.ManifestNotFound.text"


def test_mend_names_a_suggestion_when_there_is_one() -> None:
    plain = errors.InvalidReference("W3", "uppercase")
    helped = errors.InvalidReference("W3", "uppercase", "w3")
    assert helped.mend_key == f"{plain.mend_key}_with_suggestion"
    assert plain.reason_key == "reference.uppercase"
    assert errors.InvalidLayer("no_tar").reason_key == "layer.no_tar"
