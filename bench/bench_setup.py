"""From a fresh clone to a page that is served, with cold caches; and the second start."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port with a free neighbour for the live process."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def is_serving(port: int) -> bool:
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            f"http://127.0.0.1:{port}/", timeout=5
        ).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def serve_once(clone: Path, environment: dict[str, str], port: int) -> float:
    """Seconds from `make run` to the first answer; stops everything afterwards."""
    began = time.monotonic()
    with (clone.parent / "out.log").open("ab") as log:
        process = subprocess.Popen(
            ["make", "run"], cwd=clone, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    while not is_serving(port):
        if process.poll() is not None or time.monotonic() - began > 600:
            sys.exit((clone.parent / "out.log").read_text()[-3000:])
        time.sleep(0.05)
    took = time.monotonic() - began
    os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=60)
    return took


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "home").mkdir()
        clone, port = folder / "fengqiao", free_port()
        subprocess.run(["git", "clone", "-q", "--local", str(ROOT), str(clone)], check=True)
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("FENGQIAO", "DATABASE", "VIRTUAL", "MAKE", "MFLAGS", "ARGS"))
        }
        environment = {**kept, "HOME": str(folder / "home"), "FENGQIAO_PORT": str(port)}
        for label, gate, aim in (("fresh clone to serving page", 120, 60), ("second start to serving page", 10, 5)):
            value = round(serve_once(clone, environment, port), 1)
            figure = {"name": label, "value": value, "unit": "s", "gate": f"<= {gate}", "aim": f"<= {aim}"}
            print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
