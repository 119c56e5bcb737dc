from __future__ import annotations

import pytest

from regnb.errors import NotClean
from regnb.lab import Lab
from regnb.lab.cleanup import Leftover, leftovers, prove_clean, remove, remove_image


def test_nothing_is_left(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    lab.run_registry(volume="images")
    lab.add_user("anna")
    lab.pull("nginx")
    kinds = {left.kind for left in leftovers(lab.engine)}
    assert kinds == {"container", "volume", "image", "folder"}
    capsys.readouterr()
    lab.clean_up()
    shown = capsys.readouterr().out
    assert "$ docker container rm --force --volumes registry\n" in shown
    assert "$ docker volume rm images\n" in shown
    assert '$ rm -r "$(regnb folder)"\n' in shown
    assert not list(leftovers(lab.engine))
    lab.clean_up()
    assert lab._session.translator("lab.nothing_to_clean") in capsys.readouterr().out


def test_images_may_stay(lab: Lab) -> None:
    lab.pull("nginx")
    lab.clean_up(keep_images=True)
    assert [left.name for left in leftovers(lab.engine)] == ["nginx:latest"]


def test_what_is_left_is_told(lab: Lab) -> None:
    lab.run_registry()
    with pytest.raises(NotClean, match="registry"):
        prove_clean(lab._session)


def test_image_that_went_with_another_name_is_gone(lab: Lab) -> None:
    assert remove_image(lab.engine, "nothing:1.0")


def test_leftovers_of_everybody_are_those_of_other_labs_too(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.run_registry()
    monkeypatch.setenv("REGNB_LAB", "somebody-else")
    assert not list(leftovers(lab.engine))
    assert Leftover("container", "registry") in list(leftovers(lab.engine, everybody=True))


def test_leftovers_are_removed_one_by_one(lab: Lab) -> None:
    lab.run_registry(volume="images")
    lab.pull("nginx")
    for leftover in list(leftovers(lab.engine)):
        remove(lab.engine, leftover)
    assert not list(leftovers(lab.engine))
