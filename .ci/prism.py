"""GitHub's own description of its API as a server on loopback: Prism checks each request against it and answers with
GitHub's examples. In front of Prism stands a small proxy that writes down what Prism objects to, and takes from the
answers what would lead a client away from here."""

import contextlib
import http.client
import http.server
import json
import socket
import subprocess
import threading
import time

# The version that we speak.
DESCRIPTION = "node_modules/@octokit/openapi/generated/api.github.com.json"
START_SECONDS = 120


class Objections:
    """How many requests came, and what Prism says against them."""

    def __init__(self):
        self.requests, self.said = 0, []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    log.seek(0)
    raise AssertionError(f"Prism did not start: {log.read().decode(errors='replace')[-1000:]}")


def handler(prism, objections):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def forward(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.path == "/storage":
                return self.answer(200, [], b"an archive")
            objections.requests += 1
            # The description knows the plain media type alone.
            headers = {name: value for name, value in self.headers.items() if name.lower() not in ("accept", "host")}
            connection = http.client.HTTPConnection("127.0.0.1", prism, timeout=60)
            connection.request(self.command, self.path, body or None, {**headers, "accept": "application/json"})
            response = connection.getresponse()
            answer = response.read()
            self.judge(response, answer)
            # An example's next page and an example's archive are not here.
            kept = [("content-type", response.headers.get("content-type", "application/json"))]
            if "location" in response.headers and response.status == 302:
                kept.append(("location", f"http://localhost:{self.server.server_port}/storage"))
            return self.answer(response.status, kept, answer)

        def judge(self, response, answer):
            violations = json.loads(response.headers.get("sl-violations") or "[]")
            ours = [violation for violation in violations if violation.get("location", [""])[0] == "request"]
            if response.status >= 400 or ours:
                objections.said.append(f"{self.command} {self.path}: {response.status} {ours} {answer[:600]!r}")

        def answer(self, status, headers, body):
            self.send_response(status)
            for name, value in [*headers, ("content-length", str(len(body)))]:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = forward

    return Handler


@contextlib.contextmanager
def described(folder, log):
    """Prism of the packages in a folder: its address, and what it objects to."""
    port, objections = free_port(), Objections()
    process = subprocess.Popen(
        ["node", folder / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js", "mock", "--port", str(port),
         folder / DESCRIPTION],
        stdout=log, stderr=log)
    try:
        wait_for(port, process, log)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(port, objections)) as server:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield f"http://127.0.0.1:{server.server_port}", objections
            finally:
                server.shutdown()
    finally:
        process.terminate()
        process.wait(20)
