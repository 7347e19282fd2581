"""Errors: what they say, what they carry, and that a stranger's text cannot spoil them."""

from __future__ import annotations

import copy
import json
import pickle
import traceback
import warnings
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools import errors
from bluedoor_tools.wire.transport import Transport
from tests.api_face import FaceApp, InProcessTransport, Override, Settings, create_app
from tests.api_face.examples import small_data

ERRORS = [kind for name in errors.__all__ if isinstance(kind := getattr(errors, name), type) and "Error" in name]
STATUSES = [400, 401, 403, 404, 408, 418, 429, 500, 503]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["error", "message", "detail"]) | st.text(), inner),
)


def refused(status: int, body: bytes, path: str = "/jobs/0") -> bd.BluedoorError:
    """The error for an answer."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    wire = Transport("http://face.test/v1", patience=0, transport=transport)
    with pytest.raises(bd.BluedoorError) as caught:
        wire.ask("GET", path)
    return caught.value


def test_the_tree() -> None:
    """A caller can catch by meaning, and by Python's own ValueError and LookupError."""
    assert {kind.__name__ for kind in ERRORS} <= set(bd.__all__)
    assert all(issubclass(kind, bd.BluedoorError) for kind in ERRORS)
    assert [kind for kind in ERRORS if issubclass(kind, ValueError)] == [bd.InvalidRequestError]
    assert [kind for kind in ERRORS if issubclass(kind, LookupError)] == [bd.NotFoundError]
    could_not = {bd.UnreachableError, bd.TimedOutError, bd.RateLimitedError, bd.ServerFailedError}
    assert {kind for kind in ERRORS if issubclass(kind, bd.CouldNotAskError)} == {bd.CouldNotAskError, *could_not}
    assert not any(issubclass(kind, LookupError) for kind in could_not)


@pytest.mark.parametrize("kind", ERRORS)
def test_errors_cross_process_borders_whole(kind: type[bd.BluedoorError]) -> None:
    """Pickled and copied errors keep kind, message, hint and context."""
    error = kind("It failed.", hint="Try again.", context={"status": 503, "wait": 2.5})
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is kind
        assert (twin.args, vars(twin)) == (error.args, vars(error))
        assert str(twin) == "It failed. Try again."
    assert pickle.dumps(kind("bare"))
    assert pickle.loads(pickle.dumps(kind("bare"))).context == {}


def test_contexts_are_not_shared() -> None:
    """What is noted on one error stands on no other."""
    first, second = bd.BluedoorError("a"), bd.BluedoorError("b")
    first.context["status"] = 1
    assert second.context == {}


@pytest.mark.parametrize("status", STATUSES)
def test_errors_of_answers_pickle_and_say_what_to_do(status: int) -> None:
    """Every error of the wire carries the status, and pickles; those that may pass say how to go on."""
    error = refused(status, b'{"message": "so it is"}')
    twin = pickle.loads(pickle.dumps(error))
    assert (type(twin), twin.args, vars(twin)) == (type(error), error.args, vars(error))
    assert error.context["status"] == status
    assert error.context["said"] == "so it is"
    assert "face.test/jobs/0" in error.message
    assert "so it is" in error.message
    if status in {401, 403, 429, 500, 503}:
        assert error.hint
    json.dumps(error.context)


@pytest.mark.parametrize("shape", ["nested", "string", "message", "detail", "text"])
@pytest.mark.parametrize(("path", "words"), [("/jobs/no-such", "no job no-such"), ("/query", "needs an API key")])
def test_every_shape_of_an_error_body_is_read(shape: Any, path: str, words: str) -> None:
    """The server's own words reach the reader in each shape that the contract thinks possible."""
    app = create_app(small_data(), settings=Settings(error_shape=shape))
    wire = Transport("http://face.test/job-postings/v1", transport=InProcessTransport(app))
    with pytest.raises((bd.NotFoundError, bd.NotAuthorizedError)) as caught:
        wire.ask("POST" if path == "/query" else "GET", path, body={"sql": "x"} if path == "/query" else None)
    assert words in str(caught.value)
    assert words in caught.value.context["said"]
    assert "{" not in caught.value.message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"code": "unauthorized", "message": "no key"}}, "no key"),
        ({"error": {"code": "unauthorized"}}, "unauthorized"),
        ({"error": {"message": {"detail": "deep"}}}, "deep"),
        ({"error": True, "message": "late"}, "late"),
        ({"error": None, "detail": "late"}, "late"),
        ({"error": "", "message": "late"}, "late"),
        ({"error": 17}, "17"),
        ({"detail": [{"loc": ["query", "q"], "msg": "too long"}]}, '[{"loc": ["query", "q"], "msg": "too long"}]'),
        ({"type": "about:blank", "title": "Too bad", "status": 400}, "Too bad"),
        ({}, ""),
        ([], "[]"),
        ("plain", "plain"),
        (None, "null"),
    ],
)
def test_related_shapes_are_read_too(body: Any, said: str) -> None:
    """Incomplete and mixed forms give the text there is."""
    assert refused(400, json.dumps(body).encode()).context["said"] == said


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Bad Gateway</body></html>",
        b"\n\t<!DOCTYPE html>",
        b"",
        b"   ",
        b'{"error": ' + b"[" * 100_000,
        b'{"error": ' * 100_000,
        b"\xff\xfe\x00",
        b"\x00" * 1000,
        b'"\\ud800"',
    ],
)
@pytest.mark.parametrize("status", STATUSES)
def test_hostile_bodies_do_not_hide_the_status(status: int, body: bytes) -> None:
    """No body, a web page, binary or bottomless nesting: the error is that of the status, in one clean line."""
    error = refused(status, body)
    assert str(status) in error.message or status in {404, 429}
    assert "<" not in error.message
    _is_clean(error)


@given(st.binary(max_size=400) | JSON.map(lambda value: json.dumps(value).encode()) | st.text().map(str.encode))
@example(b'{"error": "' + b"x" * 5000 + b'"}')
@example('{"error": "line\u2028one\u202etwo\\r\\n\\u001b[31mred\\u0000\\ud800"}'.encode())
def test_messages_are_one_bounded_line(body: bytes) -> None:
    """Whatever a server says, the message is one line of printable text of bounded length, and pickles."""
    for status in (400, 429, 500):
        _is_clean(refused(status, body))


@given(st.binary(max_size=300) | st.text(min_size=1).map(str.encode))
@example(b"<html>" + b"\x1b[31m\r\n" * 500)
@example(b'{"data": [' + b" " * 500 + b"\x07")
def test_answers_that_are_no_json_are_quoted_cleanly(body: bytes) -> None:
    """The same where the status is 200: the start of what came stands in the context, cleaned."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    wire = Transport("http://face.test/v1", patience=0, transport=transport)
    try:
        wire.ask("GET", "/jobs/0")
    except bd.UnexpectedAnswerError as error:
        _is_clean(error)


def _is_clean(error: bd.BluedoorError) -> None:
    for text in (str(error), *(value for value in error.context.values() if isinstance(value, str))):
        assert text.isprintable(), repr(text)
        assert len(text) < 700
    twin = pickle.loads(pickle.dumps(error))
    assert (twin.args, vars(twin)) == (error.args, vars(error))


@given(st.dictionaries(st.text(), st.integers(), max_size=40))
def test_a_strange_envelope_is_quoted_within_bounds(found: dict[str, int]) -> None:
    """An object without `data` is told by the names it has: few, short and printable."""
    found.pop("data", None)
    with pytest.raises(bd.UnexpectedAnswerError) as caught:
        bd.decode.read_envelope(json.dumps({**found, "x" * 10_000: 1}).encode())
    assert len(caught.value.context["keys"]) <= 20
    names = "".join(caught.value.context["keys"]).translate({0x200C: None, 0x200D: None})  # joiners hold words together
    assert all(len(name) <= 40 for name in caught.value.context["keys"])
    assert names.isprintable()


def test_errors_of_a_load_hide_no_second_error(face: FaceApp) -> None:
    """The traceback shows our error alone: httpx's and tenacity's insides are suppressed."""
    face.faults.overrides.append(Override(".", b"", 503))
    wire = Transport("http://face.test/job-postings/v1", patience=0, transport=InProcessTransport(face))
    with pytest.raises(bd.ServerFailedError) as caught:
        wire.ask("GET", "/jobs/search")
    told = "".join(traceback.format_exception(caught.value))
    assert "During handling" not in told
    assert "direct cause" not in told
    face.faults.overrides.clear()
    face.faults.close_every = 1
    with pytest.raises(bd.UnreachableError) as lost:
        wire.ask("GET", "/jobs/search")
    assert "During handling" not in "".join(traceback.format_exception(lost.value))


def test_warnings_point_at_the_caller() -> None:
    """A warning names the line outside this package that asked."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        errors.warn("careful", bd.DriftWarning)
    assert caught[0].filename == __file__
    assert issubclass(caught[0].category, bd.BluedoorWarning)


@pytest.mark.parametrize(
    ("word", "near"),
    [("on-site", "on_site"), ("REMOTE", "remote"), ("hybird", "hybrid"), ("xyzzy", None), ("", None)],
)
def test_nearest(word: str, near: str | None) -> None:
    """A typo leads to the known word; what is like none leads nowhere."""
    assert errors.nearest(word, ["remote", "hybrid", "on_site"]) == near
