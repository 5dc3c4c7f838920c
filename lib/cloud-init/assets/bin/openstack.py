"""What the scripts on a UAP's instance need of OpenStack's APIs: an application credential, the catalog, requests."""

import json
import ssl
import time
import urllib.error
import urllib.request

CREDENTIALS = ('OS_AUTH_URL', 'OS_APPLICATION_CREDENTIAL_ID', 'OS_APPLICATION_CREDENTIAL_SECRET')


class Failed(Exception):
    pass


class Session:
    """Credentials by the names of OpenStack's own environment variables."""

    def __init__(self, credentials):
        self.credentials = credentials
        self.context = ssl.create_default_context(cafile=credentials.get('OS_CACERT') or None)
        self.token = None
        self.catalog = []

    def send(self, method, url, body=None, tolerate=(), accept='application/json'):
        """(status, body, headers); tries again when the service is away for a moment."""
        headers = {'Content-Type': 'application/json', 'Accept': accept}
        if self.token:
            headers['X-Auth-Token'] = self.token
        data = None if body is None else json.dumps(body).encode()
        for remaining in (3, 2, 1, 0):
            try:
                request = urllib.request.Request(url, data=data, headers=headers, method=method)
                with urllib.request.urlopen(request, timeout=30, context=self.context) as response:
                    return response.status, response.read(1 << 20), response.headers
            except urllib.error.HTTPError as error:
                if error.code in tolerate:
                    return error.code, b'', error.headers
                reason = '%d %s' % (error.code, error.read(300).decode('utf-8', 'replace').strip())
                if error.code < 500:
                    remaining = 0
            except (OSError, ValueError) as error:
                reason = str(error)
            if not remaining:
                raise Failed('%s %s: %s' % (method, url.partition('?')[0], reason))
            time.sleep(2)

    def request(self, method, url, body=None, tolerate=()):
        """Likewise, with the body as a document."""
        status, text, headers = self.send(method, url, body, tolerate)
        try:
            return status, json.loads(text) if text else None, headers
        except ValueError as error:
            raise Failed('%s %s: %s' % (method, url.partition('?')[0], error))

    def login(self):
        missing = [name for name in CREDENTIALS if not self.credentials.get(name)]
        if missing:
            raise Failed('not among the credentials: %s' % ', '.join(missing))
        url, identity, secret = (self.credentials[name] for name in CREDENTIALS)
        keystone = url.rstrip('/')
        if not keystone.endswith('/v3'):
            keystone += '/v3'
        credential = {'id': identity, 'secret': secret}
        body = {'auth': {'identity': {'methods': ['application_credential'], 'application_credential': credential}}}
        _, document, headers = self.request('POST', keystone + '/auth/tokens', body)
        self.token = headers['X-Subject-Token']
        self.catalog = document['token'].get('catalog', [])

    def endpoint(self, kind, version):
        """The public endpoint of a service in the region, with its version."""
        region = self.credentials.get('OS_REGION_NAME')
        for service in self.catalog:
            for endpoint in service['endpoints'] if service['type'] == kind else []:
                if endpoint['interface'] == 'public' and region in (None, '', endpoint['region_id'], endpoint.get('region')):
                    url = endpoint['url'].rstrip('/')
                    return url if url.endswith('/' + version) else '%s/%s' % (url, version)
        raise Failed('the catalog has no public %s endpoint%s' % (kind, ' in the region ' + region if region else ''))
