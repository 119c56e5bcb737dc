from __future__ import annotations

from collections.abc import Callable

import pytest

from regnb.engine import Engine
from regnb.engine.hub_probe import PROBED, ask_hub
from regnb.errors import HubUnreachable
from regnb.errors.hub_reasons import HUB_HOST, Reason
from tests.engine.fake_api import Answer, FakeApi, message


@pytest.mark.parametrize(
    ("info", "proxy"),
    [
        (Answer({"HttpsProxy": "http://me:secret@proxy.example:3128"}), "proxy.example:3128"),
        (Answer({}), "HTTPS_PROXY"),
        (Answer(message("broken"), 500), "HTTPS_PROXY"),
        (Answer(["broken"], 500), "HTTPS_PROXY"),
        (Answer(lines=[{"HttpsProxy": "http://proxy.example"}], broken=True), "HTTPS_PROXY"),
    ],
    ids=["told", "none", "broken", "refused in other words", "ended"],
)
@pytest.mark.parametrize(
    "ask", [lambda engine: list(engine.pull(PROBED)), ask_hub], ids=["pull", "ask"]
)
def test_proxy_is_named_where_the_engine_tells_it(
    open_engine: Callable[[FakeApi], Engine],
    ask: Callable[[Engine], object],
    info: Answer,
    proxy: str,
) -> None:
    refused = Answer(message(f'Get "https://{HUB_HOST}/v2/": Proxy Authentication Required'), 500)
    asked = ("POST /images/create", f"GET /distribution/{PROBED.familiar}/json")
    engine = open_engine(FakeApi({"GET /info": info, **dict.fromkeys(asked, refused)}))
    with pytest.raises(HubUnreachable) as caught:
        ask(engine)
    assert caught.value.reason == Reason("proxy_login", who=proxy)
