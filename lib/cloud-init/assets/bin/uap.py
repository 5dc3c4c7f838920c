"""What the scripts on a UAP's instance share: log lines, the line on the serial console, atomic writes."""

import os
import sys

ROOT = os.environ.get('UAP_ROOT', '')  # a prefix for every path, for the tests
ERROR, WARNING, NOTICE = 3, 4, 5


def path(absolute):
    return ROOT + absolute


def log(message, level=NOTICE):
    """One line for the journal, which takes the level from the prefix; a person's terminal gets none."""
    prefix = '<%d>' % level if 'JOURNAL_STREAM' in os.environ else ''
    print(prefix + ' '.join(str(message).split()), file=sys.stderr, flush=True)


def console(kind, message):
    """A line on the serial console, unless the last one of this kind was the same."""
    said = path('/run/uap/said/' + kind)
    line = 'uap: ' + ' '.join(message.split())
    try:
        with open(said) as file:
            if file.read() == line:
                return
    except OSError:
        pass
    write(said, line.encode(), 0o644)
    try:
        # No O_CREAT: an instance without a console gets no file in its place.
        console_fd = os.open(path('/dev/console'), os.O_WRONLY | os.O_NOCTTY | os.O_APPEND)
        with os.fdopen(console_fd, 'wb') as file:
            file.write(line.encode() + b'\r\n')
    except OSError:
        pass


def console_clear(kind):
    """The problem is over: if it returns, it is printed again."""
    try:
        os.unlink(path('/run/uap/said/' + kind))
    except OSError:
        pass


def read(name):
    """The content, or None if the file does not exist."""
    try:
        with open(name, 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return None


def write(name, data, mode):
    """Writes a file so that a reader, or a power cut, meets the old content or the new one."""
    os.makedirs(os.path.dirname(name), exist_ok=True)
    temporary = '%s.new-%d' % (name, os.getpid())
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(fd, 'wb') as file:
        os.fchmod(fd, mode)
        file.write(data)
        file.flush()
        os.fsync(fd)
    os.rename(temporary, name)


def environment(name):
    """The NAME=value lines of a file; nothing is expanded, so a secret may hold any character."""
    values = {}
    for line in (read(name) or b'').decode('utf-8', 'replace').splitlines():
        key, separator, value = line.partition('=')
        key = key.strip()
        if separator and key.isidentifier():
            values[key] = value.strip()
    return values
