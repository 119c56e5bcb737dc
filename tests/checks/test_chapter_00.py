from __future__ import annotations

from regnb.lab import Lab
from tests.checks.wrong import wrong


@wrong("00-first-name", "without_version")
def test_forget_the_version(lab: Lab) -> None:
    lab.pull("alpine")
    lab.tag("alpine", "hello")


@wrong("00-first-name", "other_image")
def test_name_another_image(lab: Lab) -> None:
    lab.pull("alpine")
    lab.pull("nginx")
    lab.tag("nginx", "hello:1.0")
