#!/usr/bin/env python3
"""Stands in front of a service and misbehaves: between.py PORT TARGET-ADDRESS TARGET-PORT RULES [TLS-FOLDER]

RULES is a JSON list, the first that fits counts: {"method": "POST", "path": "regular expression", "times": 3,
"status": 500, "headers": {}, "body": "…", "wait": seconds}. A rule with "wait" alone lets the request pass after it;
what no rule fits passes.
"""
import http.client
import http.server
import json
import re
import socket
import ssl
import sys
import time

port, target, target_port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
rules = json.loads(sys.argv[4])
folder = sys.argv[5] if len(sys.argv) > 5 else None


def connect():
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 77)  # passes the redirection that leads here
    connection.settimeout(120)
    connection.connect((target, target_port))
    if not folder:
        return connection
    return ssl.create_default_context(cafile=folder + '/ca.pem').wrap_socket(connection, server_hostname=target)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def serve(self):
        body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        for rule in rules:
            if rule.get('times', 1) <= 0 or rule.get('method', self.command) != self.command or not re.search(rule.get('path', ''), self.path):
                continue
            rule['times'] = rule.get('times', 1 << 30) - 1
            print(self.command, self.path, '->', rule.get('status', 'wait'), flush=True)
            time.sleep(rule.get('wait', 0))
            if 'status' in rule:
                return self.answer(rule['status'], rule.get('headers', {}).items(), rule.get('body', '').encode())
            break
        upstream = http.client.HTTPConnection(target, target_port)
        upstream.sock = connect()
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ('connection', 'accept-encoding')}
        upstream.request(self.command, self.path, body or None, {**headers, 'Connection': 'close'})
        response = upstream.getresponse()
        self.answer(response.status, response.getheaders(), response.read())

    def answer(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ('connection', 'content-length', 'transfer-encoding'):
                self.send_header(name, value)
        self.send_header('Connection', 'close')
        if status != 204:
            self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = serve

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(('0.0.0.0', port), Handler)
if folder:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder + '/cert.pem', folder + '/key.pem')
    server.socket = context.wrap_socket(server.socket, server_side=True)
print('listening', flush=True)
server.serve_forever()
