from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from werkzeug import Request, Response

from regnb.errors import InvalidAnswer, RegistryError
from regnb.registry.pagination import next_link
from tests.registry.apps import TableApp
from tests.registry.conftest import OpenClient

CATALOGUE = "GET /v2/_catalog"
NAMES = [f"team-{n}/app.{n}_x" for n in range(25)]


def page(names: object, link: str | None = None) -> Response:
    headers = {"Link": link} if link else {}
    return Response(json.dumps({"repositories": names}), headers=headers)


def tens(link: str) -> Callable[[Request], Response]:
    """Ten names a page, whatever is asked; `link` has the places `host` and `last`."""

    def answer(request: Request) -> Response:
        start = int(request.args.get("last", "0"))
        names, end = NAMES[start : start + 10], start + 10
        return page(names, link.format(host=request.host_url, last=end) if end < 25 else None)

    return answer


@pytest.mark.parametrize(
    "link",
    [
        '</v2/_catalog?last={last}&n=10>; rel="next"',
        "<{host}v2/_catalog?last={last}>;rel=next",
        '<?last={last}>; title="a, b"; REL="prev NEXT"',
        '</x>; rel="prev", <_catalog?last={last}>; rel="next"',
    ],
    ids=["relative", "absolute", "query", "second"],
)
def test_all_pages_are_read(open_client: OpenClient, link: str) -> None:
    app = TableApp({CATALOGUE: tens(link)})
    assert open_client(app).list_repositories() == sorted(NAMES)
    assert len(app.asked) == 3


def test_more_than_a_thousand_is_never_asked_for(open_client: OpenClient) -> None:
    app = TableApp({CATALOGUE: page(NAMES)})
    open_client(app).list_repositories()
    assert [int(request.args["n"]) for request in app.asked] == [1000]


def test_registry_with_a_lower_limit_chooses_itself(open_client: OpenClient) -> None:
    def answer(request: Request) -> Response:
        return Response("", 400) if "n" in request.args else page(["a"])

    assert open_client(TableApp({CATALOGUE: answer})).list_repositories() == ["a"]


def test_refusal_without_a_page_size_is_told(open_client: OpenClient) -> None:
    with pytest.raises(RegistryError):
        open_client(TableApp({CATALOGUE: Response("", 400)})).list_repositories()


@pytest.mark.parametrize("names", [None, [], ["b", "a", "b"]], ids=["null", "empty", "twice"])
def test_names_are_sorted_and_told_once(open_client: OpenClient, names: list[str] | None) -> None:
    found = open_client(TableApp({CATALOGUE: page(names)})).list_repositories()
    assert found == sorted(set(names or []))


def test_null_tags_are_no_tags(open_client: OpenClient) -> None:
    app = TableApp({"GET /v2/w3/tags/list": Response('{"name": "w3", "tags": null}')})
    assert open_client(app).list_tags("w3") == []


def test_empty_page_with_a_link_goes_on(open_client: OpenClient) -> None:
    def answer(request: Request) -> Response:
        return page(["z"]) if "last" in request.args else page([], '<?last=1>; rel="next"')

    assert open_client(TableApp({CATALOGUE: answer})).list_repositories() == ["z"]


def again(request: Request) -> Response:
    return page(["a"], f'<{request.full_path}>; rel="next"')


def counting(names: list[str]) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        return page(names, f'<?last={int(request.args.get("last", "0")) + 1}>; rel="next"')

    return answer


def two_pages_in_turn(request: Request) -> Response:
    last = request.args.get("last", "b")
    return page([last], '<?last=b>; rel="next"' if last == "a" else '<?last=a>; rel="next"')


@pytest.mark.parametrize(
    "answer",
    [again, counting(["a"]), counting([]), two_pages_in_turn],
    ids=["same page", "same names", "empty for ever", "in turn"],
)
def test_endless_list_stops(open_client: OpenClient, answer: Callable[[Request], Response]) -> None:
    app = TableApp({CATALOGUE: answer})
    with pytest.raises(InvalidAnswer, match="circles"):
        open_client(app).list_repositories()
    assert len(app.asked) <= 102


@pytest.mark.parametrize(
    "target",
    ["http://elsewhere.test/v2/_catalog", "https://{host}/v2/_catalog", "//other/v2/_catalog"],
)
def test_next_page_is_of_the_same_registry(open_client: OpenClient, target: str) -> None:
    """pulp_container#220: behind a proxy, a registry names another scheme or host."""

    def answer(request: Request) -> Response:
        if "last" in request.args:
            return page(["b"], None)
        return page(["a"], f'<{target.format(host=request.host)}?last=a>; rel="next"')

    app = TableApp({CATALOGUE: answer})
    assert open_client(app).list_repositories() == ["a", "b"]


@pytest.mark.parametrize("target", ["http://[", "ftp://x/"])
def test_link_that_is_no_address_is_refused(open_client: OpenClient, target: str) -> None:
    with pytest.raises(InvalidAnswer):
        open_client(
            TableApp({CATALOGUE: page(["a"], f'<{target}>; rel="next"')})
        ).list_repositories()


@pytest.mark.parametrize(
    "content", ["", "[]", "<html>", '{"repositories": {}}', '{"repositories": [1]}', "[" * 99_999]
)
def test_list_that_is_none_is_told(open_client: OpenClient, content: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        open_client(TableApp({CATALOGUE: Response(content)})).list_repositories()
    assert caught.value.url.endswith("/v2/_catalog?n=1000")


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ('<a,b;c>; rel="next"', "a,b;c"),
        ('<a>; title="rel=next"', None),
        ('<a>; rel="nextest"', None),
        ("<a>", None),
        ("a; rel=next", None),
        ("", None),
    ],
)
def test_link_header(header: str, target: str | None) -> None:
    assert next_link([header]) == target
