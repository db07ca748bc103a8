"""``python -m govseal_server``: the server on this machine, to try it out."""

from __future__ import annotations

import argparse
import sys

from werkzeug.serving import run_simple

from govseal_server import ConfigError, create_app


def main() -> int:
    """Serve until interrupted; 2 where a setting is wrong or the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m govseal_server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default=8000, type=int)
    options = parser.parse_args()
    try:
        app = create_app()
    except ConfigError as error:
        sys.stderr.write(f"govseal: error: {error}\n")
        return 2
    run_simple(options.host, options.port, app, threaded=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
