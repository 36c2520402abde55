#!/usr/bin/env python3
"""The original handler behind a plain HTTP server: what the benchmark compares with.

    server.py CHECKPOINT --port 8090

Its logic is that of the original service (`reference/original`): one forward an item, both encoders
always, 64 text positions. One process with one model, as the original's toolkit runs it where memory
is not to be doubled; torch uses every core. It is given what helps it: inference mode, weights read
by safetensors without random initialisation, keep-alive connections, and images that are decoded
outside of the lock, while another item is in the model.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "reference"))

import torch
from original import Handler, Item, load
from PIL import Image


class Peer:
    """The model, for one item at a time: the tokenizer and torch's threads are shared."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._lock = threading.Lock()

    def answer(self, instance: dict) -> dict:
        item = Item(instance.get("text"), _image(instance.get("image_base64")))
        with self._lock, torch.inference_mode():
            return self._handler.answer(item)


def _image(encoded: str | None) -> Image.Image | None:
    if encoded is None:
        return None
    return Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, peer: Peer) -> None:
        super().__init__(("127.0.0.1", port), Request)
        self.peer = peer


class Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without these two the small writes of a reply would wait for the caller's acknowledgement.
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._send(200 if self.path == "/ping" else 404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/invocations":
            self._send(404, {})
            return
        try:
            predictions = [self.server.peer.answer(one) for one in json.loads(body)["instances"]]
        except Exception as error:
            self._send(500, {"error": f"{type(error).__name__}: {error}"})
            return
        self._send(200, {"predictions": predictions})

    def _send(self, status: int, content: dict) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """A line a request would cost time and tell nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--port", type=int, default=8090)
    options = parser.parse_args()
    torch.set_num_threads(os.cpu_count() or 1)
    # It listens when the model is there: until then nobody can connect, which is no healthy /ping either.
    server = Server(options.port, Peer(load(options.checkpoint)))
    server.serve_forever()


if __name__ == "__main__":
    main()
