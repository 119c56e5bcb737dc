from __future__ import annotations

from regnb.lab import Lab
from tests.checks.wrong import push, wrong


def with_tls(lab: Lab, *names: str) -> None:
    lab.issue("server", "localhost", *names)
    lab.run_registry(tls="server")


@wrong("04-one-more-name", "names_lost")
def test_forget_the_other_names(lab: Lab) -> None:
    with_tls(lab)
    lab.issue("server", "registry.lab")
    lab.restart_registry()


@wrong("04-team", "other_tag")
def test_push_another_tag(lab: Lab) -> None:
    with_tls(lab)
    push(lab, "nginx", "team/w3:2.0")
