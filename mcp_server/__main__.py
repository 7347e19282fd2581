"""`bluedoor-mcp`, also `python -m mcp_server`: the MCP server over stdio, or with `--http` over HTTP.

Exit codes: 0 ended as asked · 1 could not go on · 2 the options or the environment are wrong.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from bluedoor_tools import InvalidRequestError, __version__

from .logs import NAME, described, level_of, log_to, say, singles
from .settings import Settings

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

__all__ = ["main"]

_HOST, _PORT = "127.0.0.1", 8000
_GONE = (BrokenPipeError, ConnectionResetError)
_MAIN = threading.main_thread()


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until the host hangs up, or a signal ends it; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(argv)
    if not options.http:
        for name in ("host", "port", "allow_host"):
            if getattr(options, name) is not None:
                parser.error(f"--{name.replace('_', '-')} is for serving over HTTP: add --http")
    try:
        settings, level = Settings.of(), level_of(os.environ)
        _end_on_signals()
        log_to(sys.stderr, level)
        return _left(_serve(options, settings))
    except InvalidRequestError as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        return 0
    except Exception as error:
        if all(isinstance(single, _GONE) for single in singles(error)):
            return _left(0)  # the host has closed its end
        say(f"stopped by an unexpected error: {described(error)}")
        return 1


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    from .server import create_server

    server = create_server(settings)
    if not options.http:
        return _serve_stdio(server)
    from .http import serve_http

    return serve_http(
        server,
        host=_HOST if options.host is None else options.host,
        port=_PORT if options.port is None else options.port,
        token=settings.token,
        allow_hosts=options.allow_host or (),
    )


def _serve_stdio(server: Server[Any]) -> int:
    import anyio
    from mcp.server.stdio import stdio_server

    if sys.stdin is None or sys.stdout is None:
        raise InvalidRequestError("There is no stdin or stdout to serve on.", hint="Add --http to serve over HTTP.")
    if sys.stdin.isatty():
        say("an MCP server over stdio, waiting for a host to speak to it. Ctrl+C ends it; --help says more.")

    async def serve() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    anyio.run(serve)
    return 0


def _end_on_signals() -> None:
    """End at once when told to: stdio waits for a line in a thread, which nothing else interrupts.

    Over HTTP, uvicorn lets the calls under way end first, and then hands the signal on.
    """
    if threading.current_thread() is _MAIN:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: os._exit(0))


def _left(code: int) -> int:
    """Leave at once where a thread is still waiting for the network: nobody waits for its answer."""
    if any(thread.is_alive() and not thread.daemon for thread in threading.enumerate() if thread is not _MAIN):
        os._exit(code)
    return code


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and repeat no key."""

    def error(self, message: str) -> NoReturn:
        say(f"{message.rstrip('.')} (see {self.prog} --help)")
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=NAME,
        allow_abbrev=False,
        description="Job postings for AI assistants: an MCP server, on stdio or with --http over HTTP.",
        epilog="Environment: BLUEDOOR_API_KEY, BLUEDOOR_BACKEND, BLUEDOOR_API_URL, BLUEDOOR_CACHE_DIR, "
        "BLUEDOOR_MCP_BUDGET (tokens of an answer), BLUEDOOR_MCP_TOKEN (over HTTP), BLUEDOOR_MCP_LOG (info, debug).",
    )
    parser.add_argument("--http", action="store_true", help="serve streamable HTTP, at /mcp")
    parser.add_argument(
        "--host", help=f"address to listen on (default: {_HOST}); any but the loopback's needs BLUEDOOR_MCP_TOKEN"
    )
    parser.add_argument("--port", type=_port, help=f"port to listen on (default: {_PORT}; 0: any free one)")
    parser.add_argument(
        "--allow-host",
        action="append",
        metavar="NAME",
        help="another name that the server is reached under, such as a proxy's; once for each",
    )
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is no port; use 0 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
