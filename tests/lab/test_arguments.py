"""A cell that is written wrong: one sentence with the cause, and no traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import regnb
from regnb.errors import (
    FileUnusable,
    NoSuchStep,
    RegnbError,
    UnknownLanguage,
    WrongArgument,
    WrongCall,
)
from regnb.lab import Lab
from regnb.oci import ImageReference

# Written as learners do, which types would refuse.
CELLS: dict[str, tuple[Callable[[Any], object], type[RegnbError], str]] = {
    "layers(None)": (lambda lab: lab.layers(None), WrongArgument, "`None` as `reference`"),
    "pull(3)": (lambda lab: lab.pull(3), WrongArgument, "a text in quotes"),
    "push of a reference": (
        lambda lab: lab.push(ImageReference.parse("w3")),
        WrongArgument,
        "cannot use `ImageReference`",
    ),
    "push of an image": (
        lambda lab: (lab.pull("busybox"), lab.push(lab.engine.images()[0])),
        WrongArgument,
        "cannot use `LocalImage`",
    ),
    "tag with one name": (lambda lab: lab.tag("nginx"), WrongCall, r"`tag\(source, target\)`"),
    "port as a text": (lambda lab: lab.run_registry(port="5000"), WrongArgument, "a whole number"),
    "option that is not there": (lambda lab: lab.run_registry(prot=5000), WrongCall, "port=None"),
    "two of three": (lambda lab: lab.remove_image("a", 2), WrongArgument, "`2` as `references`"),
    "misspelt step": (lambda lab: lab.pul("nginx"), NoSuchStep, r"Did you mean `lab\.pull`"),
    "step of nothing": (lambda lab: lab.xyzzyx(), NoSuchStep, "Tab key"),
    "no such file": (lambda lab: lab.load("/no/such.tar"), FileUnusable, "`/no/such.tar`"),
    "a folder": (lambda lab: lab.load(Path("/")), FileUnusable, "Is a directory"),
}


@pytest.mark.parametrize(("cell", "kind", "words"), CELLS.values(), ids=CELLS)
def test_cell_that_is_wrong_is_told(
    lab: Lab, cell: Callable[[Any], object], kind: type[RegnbError], words: str
) -> None:
    with pytest.raises(kind, match=words) as caught:
        cell(lab)
    assert caught.value.told


def test_notebook_asks_for_more_than_steps(lab: Lab) -> None:
    assert not hasattr(lab, "_repr_mimebundle_")
    assert not hasattr(lab, "_ipython_canary_method_should_not_exist_")
    assert not hasattr(lab, "no_step")


@pytest.mark.parametrize("language", ["english", "de", 3])
def test_language_that_is_not_spoken_is_told(language: Any) -> None:
    for function in (regnb.open_lab, regnb.preflight, lambda name: regnb.explain("w3", name)):
        with pytest.raises(UnknownLanguage, match=f"`{language}`") as caught:
            function(language)
        assert '`"fr"`' in str(caught.value)


@pytest.mark.parametrize("engine", [3, True, b"docker"])
def test_engine_that_is_no_text_is_told(engine: Any) -> None:
    with pytest.raises(WrongArgument, match="as `engine`"):
        regnb.open_lab("en", engine=engine)


@pytest.mark.parametrize("reference", [None, 3, ImageReference.parse("w3")])
def test_explanation_of_what_is_no_text(reference: Any) -> None:
    assert regnb.explain(reference, "en").text
