#!/usr/bin/env python3
"""A state server as Terraform's http backend wants it, in memory: state-server.py PORT. One state, with a lock: by LOCK
and UNLOCK, or by POST and DELETE of /lock, as GitLab has it."""
import http.server
import sys

state = {'body': b'', 'lock': b''}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def answer(self, status, body=b''):
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get('Content-Length') or 0))

    def do_GET(self):
        self.answer(200 if state['body'] else 404, state['body'])

    def do_POST(self):
        if self.path.endswith('/lock'):
            return self.do_LOCK()
        state['body'] = self.body()
        self.answer(200)

    def do_LOCK(self):
        wanted = self.body()
        if state['lock'] and state['lock'] != wanted:
            return self.answer(423, state['lock'])
        state['lock'] = wanted
        self.answer(200)

    def do_UNLOCK(self):
        self.body()
        state['lock'] = b''
        self.answer(200)

    do_DELETE = do_UNLOCK


print('listening', flush=True)
http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
