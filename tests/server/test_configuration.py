from __future__ import annotations

import pytest

from regnb.errors import InvalidConfiguration
from regnb.server.configuration import Config, Htpasswd


@pytest.mark.parametrize(
    ("address", "is_refused"),
    [
        ("127.0.0.1:5000", False),
        ("localhost:5000", False),
        ("[::1]:5000", False),
        ("127.8.8.8:1", False),
        (":5000", True),
        ("0.0.0.0:5000", True),
        ("[::]:5000", True),
        ("192.168.1.2:5000", True),
        ("example.com:5000", True),
    ],
)
def test_open_to_the_network_is_refused(address: str, is_refused: bool) -> None:
    if is_refused:
        with pytest.raises(InvalidConfiguration):
            Config(address).refuse_to_be_open()
    else:
        Config(address).refuse_to_be_open()
    Config(address, open_to_network=True).refuse_to_be_open()
    Config(address, htpasswd=Htpasswd("p")).refuse_to_be_open()


@pytest.mark.parametrize("address", ["5000x", "a:b", "a:", "a:65536", "a:٣"])
def test_port_that_is_none(address: str) -> None:
    with pytest.raises(InvalidConfiguration):
        _ = Config(address).port
