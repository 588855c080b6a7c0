"""The fastest mail server that Python makes easily: takes everything, keeps nothing: `python -m tests.benchmarks.sink PORT`."""

import socketserver
import sys


class Talk(socketserver.StreamRequestHandler):
    """One connection."""

    wbufsize = 0
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        for line in self.rfile:
            if line[:4] == b"EHLO":
                self.wfile.write(b"250 8BITMIME\r\n")
            elif line[:4].upper() == b"DATA":
                self._take()
            elif line[:4].upper() == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 OK\r\n")

    def _take(self) -> None:
        self.wfile.write(b"354 go on\r\n")
        while self.rfile.readline() != b".\r\n":
            pass
        self.wfile.write(b"250 taken\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    with Server(("127.0.0.1", int(sys.argv[1])), Talk) as server:
        print("ready", flush=True)  # noqa: T201
        server.serve_forever()
