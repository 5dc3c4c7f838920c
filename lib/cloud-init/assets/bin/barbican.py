"""Late files that are secrets in Barbican: the metadata names them, an application credential reads them.

The credential needs one rule of the service key-manager: GET /v1/secrets/*/payload.
"""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import openstack  # noqa: E402

REFERENCE = re.compile(r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')


class Secrets:
    def __init__(self, credentials):
        self.session = openstack.Session(credentials)
        self.endpoint = None

    def payload(self, reference):
        """The payload of a secret. Raises openstack.Failed."""
        if not REFERENCE.fullmatch(reference):
            raise openstack.Failed('"%s" is not the id of a secret' % reference[:40])
        if not self.endpoint:
            self.session.login()
            self.endpoint = self.session.endpoint('key-manager', 'v1')
        _, text, _ = self.session.send('GET', '%s/secrets/%s/payload' % (self.endpoint, reference), accept='text/plain')
        return text.decode('ascii', 'replace').strip()
