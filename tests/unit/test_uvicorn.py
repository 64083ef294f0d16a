"""What app/web/connection.py relies on in uvicorn, so that another version of it is looked at before it serves anybody."""

import inspect

import httptools
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import Server, ServerState

from app.web.connection import Connection
from app.web.doorkeeper import Doorkeeper

READ = "read app/web/connection.py beside uvicorn's httptools_impl.py again, then change this line"


def test_uvicorn_is_the_version_that_was_read() -> None:
    assert uvicorn.__version__.startswith("0.54."), READ


def test_what_is_overridden_is_there_and_is_called_as_we_take_it() -> None:
    taken = {
        "connection_made": ["self", "transport"],
        "connection_lost": ["self", "exc"],
        "data_received": ["self", "data"],
        "pause_writing": ["self"],
        "resume_writing": ["self"],
        "handle_websocket_upgrade": ["self"],
        "on_message_begin": ["self"],
        "on_url": ["self", "url"],
        "on_header": ["self", "name", "value"],
        "on_headers_complete": ["self"],
        "on_message_complete": ["self"],
        "on_response_complete": ["self"],
        "_start_asgi_task": ["self", "cycle", "app"],
        "_should_upgrade": ["self"],
    }
    found = {name: list(inspect.signature(getattr(HttpToolsProtocol, name)).parameters) for name in taken}
    assert found == taken
    assert all(list(inspect.signature(getattr(Connection, name)).parameters) == given for name, given in taken.items())


async def test_the_protocol_carries_what_is_read_from_it() -> None:
    async def nothing(scope: object, receive: object, send: object) -> None: ...

    state = ServerState()
    one = Connection(Doorkeeper(), uvicorn.Config(nothing, timeout_keep_alive=15), state, {}, _loop=None)
    assert isinstance(one.parser, httptools.HttpRequestParser)
    assert one.connections is state.connections
    assert {"cycle": one.cycle, "scope": one.scope, "flow": one.flow, "transport": one.transport} == dict.fromkeys(
        ("cycle", "scope", "flow", "transport")
    )
    assert (list(one.pipeline), one.timeout_keep_alive, one.timeout_keep_alive_task, state.total_requests) == ([], 15, None, 0)
    assert {"pause_reading", "resume_reading", "pause_writing", "resume_writing"} <= set(vars(FlowControl))


def test_the_cycle_carries_what_is_read_from_it() -> None:
    source = inspect.getsource(RequestResponseCycle)
    for name in ("disconnected", "keep_alive", "message_event", "response_started", "response_complete", "more_body", "on_response"):
        assert f"self.{name} = " in source, name
    assert "self.on_response()" in source


def test_the_server_counts_and_ends_connections_as_we_expect() -> None:
    assert "self.server_state.connections" in inspect.getsource(Server.shutdown)
    assert STATUS_LINE[431] == b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    assert issubclass(httptools.HttpParserCallbackError, httptools.HttpParserError)
    assert not issubclass(httptools.HttpParserUpgrade, httptools.HttpParserError)
