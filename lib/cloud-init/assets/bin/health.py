"""Writes the status of the certificate for /healthz and /metrics. Nginx serves the files as they are, without a reload.

They are written after each check for a newer certificate, and when one was installed or refused. While the file
`expired` exists, /healthz returns 503.
"""

import calendar
import json
import os
import time

import uap

FOLDER = uap.path('/var/lib/uap/health')
REASONS = ('delivery', 'expired', 'refused', 'renewal')
HELP = {
    'uap_certificate_not_after_timestamp_seconds': 'End of the validity of a certificate in use, seconds since 1970.',
    'uap_certificate_checked_timestamp_seconds': 'When the instance last looked for a newer certificate, seconds since 1970.',
    'uap_certificate_problem': 'Whether something is wrong with the certificate in use, or with the way to a newer one.',
}


def state(name):
    return json.loads(uap.read(uap.path(name)) or '{}')


def seconds(text):
    return calendar.timegm(time.strptime(text, '%Y-%m-%dT%H:%M:%SZ'))


def in_use():
    """Status of the certificate for clients, and of the one for upstreams if there is one."""
    found = {'server': state('/var/lib/uap/certificate.json'), 'upstream': state('/var/lib/uap/upstream-certificate.json')}
    return {label: status for label, status in found.items() if status or label == 'server'}


def expired(certificates):
    return {
        label: 'the %s certificate in use expired at %s' % (label, status['notAfter'])
        for label, status in certificates.items()
        if status.get('notAfter') and seconds(status['notAfter']) <= time.time()
    }


def problems(certificates):
    """(reason, sentence) of each problem."""
    found = [('expired', sentence) for sentence in expired(certificates).values()]
    for label, status in certificates.items():
        refusal = status.get('lastRefusal')
        if refusal:
            found.append(('refused', 'a %s certificate was refused at %s: %s' % (label, refusal['time'], refusal['reason'])))
    for kind, message in state('/run/uap/late-files.json').items():
        # Failed hooks and expiry are reported above, and waiting for the first certificate is no problem.
        if not kind.startswith(('hook-', 'wait-', 'expired-')):
            found.append(('delivery', message))
    failures = state('/var/lib/uap/acme/failures.json')
    if failures.get('count'):
        found.append(('renewal', 'the ACME client failed %d times: %s' % (failures['count'], failures.get('reason', ''))))
    return found


def metrics(certificates, found, checked):
    lines = {name: [] for name in HELP}
    for label, status in certificates.items():
        if status.get('notAfter'):
            line = '{use="%s"} %d' % (label, seconds(status['notAfter']))
            lines['uap_certificate_not_after_timestamp_seconds'].append(line)
    if checked:
        lines['uap_certificate_checked_timestamp_seconds'].append(' %d' % checked)
    for reason in REASONS:
        wrong = any(each == reason for each, _ in found)
        lines['uap_certificate_problem'].append('{reason="%s"} %d' % (reason, wrong))
    text = ''
    for name, values in lines.items():
        text += '# HELP %s %s\n# TYPE %s gauge\n' % (name, HELP[name], name)
        text += ''.join('%s%s\n' % (name, value) for value in values)
    return text


def publish(checked=None):
    """`checked`: time of a check for a newer certificate; by default that of the last one stays."""
    if checked is None:
        checked = state('/run/uap/checked.json').get('time')
    else:
        uap.write(uap.path('/run/uap/checked.json'), json.dumps({'time': checked}).encode(), 0o644)
    certificates = in_use()
    found = problems(certificates)
    unusable = 'server' in expired(certificates)
    text = 'expired\n' if unusable else 'ok\n'
    for label, status in certificates.items():
        if status.get('notAfter'):
            text += '%s certificate %d: valid until %s\n' % (label, status['generation'], status['notAfter'])
    text += ''.join('%s: %s\n' % (reason, ' '.join(sentence.split())) for reason, sentence in found)
    uap.write(os.path.join(FOLDER, 'details.txt'), text.encode(), 0o644)
    uap.write(os.path.join(FOLDER, 'metrics.txt'), metrics(certificates, found, checked).encode(), 0o644)
    mark = os.path.join(FOLDER, 'expired')
    if unusable:
        uap.write(mark, b'', 0o644)
    elif os.path.exists(mark):
        os.unlink(mark)
