#!/usr/bin/env python3
"""A bounded load from where browsers are: load.py URL CA SECONDS WORKERS [REPORT]

Each worker asks for the URL every 100 ms: the even ones on a new connection each time, the odd ones on a kept one. A
kept connection that the server closed between two requests is opened anew, as browsers do; all else that is not a 200
is a lost request. An address of several that doesn't answer within 3 s is passed over for the next. Stops early when
REPORT.stop is there. Prints and writes JSON: requests, lost, reopened, the longest time without any success, errors, and
when the first and the last lost request were sent.
"""
import collections
import http.client
import json
import os
import socket
import ssl
import sys
import threading
import time
import urllib.parse

url, ca, seconds, workers = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
report = sys.argv[5] if len(sys.argv) > 5 else None
parts = urllib.parse.urlsplit(url)
context = ssl.create_default_context(cafile=ca)
end = time.monotonic() + seconds
lock = threading.Lock()
successes = [time.monotonic()]
lost = []
reopened = 0
slowest = 0.0


class Connection(http.client.HTTPSConnection):
    def connect(self):
        found = socket.getaddrinfo(parts.hostname, 443, socket.AF_INET, socket.SOCK_STREAM)
        for index, (*_, address) in enumerate(found):
            try:
                raw = socket.create_connection(address[:2], 3)
                break
            except OSError:
                if index == len(found) - 1:
                    raise
        raw.settimeout(15)
        self.sock = context.wrap_socket(raw, server_hostname=parts.hostname)


def ask(connection):
    connection.request('GET', parts.path or '/')
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise RuntimeError(f'status {response.status}')
    return not response.will_close


def stopped():
    return time.monotonic() > end or (report and os.path.exists(report + '.stop'))


def worker(keep):
    global reopened, slowest
    connection, used = Connection(parts.hostname), False
    while not stopped():
        start = time.monotonic()
        try:
            try:
                used = ask(connection)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):
                if not used:
                    raise
                with lock:
                    reopened += 1
                connection.close()
                connection, used = Connection(parts.hostname), False
                used = ask(connection)
            with lock:
                successes.append(time.monotonic())
                slowest = max(slowest, time.monotonic() - start)
        except Exception as error:  # every reason counts
            with lock:
                lost.append((round(start - begin, 1), f'{type(error).__name__}: {error}'))
            connection.close()
            connection, used = Connection(parts.hostname), False
        if not keep:
            connection.close()
            connection, used = Connection(parts.hostname), False
        time.sleep(0.1)
    connection.close()


begin = time.monotonic()
threads = [threading.Thread(target=worker, args=(index % 2 == 1,)) for index in range(workers)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
times = sorted(successes) + [time.monotonic()]
result = {
    'seconds': round(time.monotonic() - begin),
    'requests': len(successes) - 1 + len(lost),
    'lost': len(lost),
    'reopened': reopened,
    'slowest': round(slowest, 1),
    'longest_gap': round(max(b - a for a, b in zip(times, times[1:])), 1),
    'errors': collections.Counter(error for _, error in lost).most_common(5),
    'first_lost': min(lost)[0] if lost else None,
    'last_lost': max(lost)[0] if lost else None,
}
if report:
    with open(report, 'w') as file:
        json.dump(result, file)
print(json.dumps(result))
