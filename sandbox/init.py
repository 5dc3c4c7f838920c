"""The first process of the sandbox: everything runs below it, and ends with it."""
import os
import signal
import sys
import time

signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # reaps orphaned processes
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
# If the start is interrupted before the pid is written, no script could find and stop this process.
time.sleep(10)
if not os.path.exists(os.path.join(os.path.dirname(sys.argv[0]), "init")):
    sys.exit("not adopted")
while True:
    signal.pause()
