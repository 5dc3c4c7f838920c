import { App, TerraformStack, Testing } from 'cdktf';
import { StateBackend } from '../../lib';

function backendOf(backend: StateBackend): unknown {
  const stack = new TerraformStack(Testing.stubVersion(new App({ stackTraces: false })), 'cloud');
  backend.bind(stack);
  return JSON.parse(Testing.synth(stack)).terraform.backend;
}

test('PostgreSQL is reached with PG_CONN_STR', () => {
  expect(backendOf(StateBackend.pg({ schemaName: 'cloud' }))).toEqual({ pg: { schema_name: 'cloud' } });
});

test.each([
  ['pg', () => StateBackend.pg({ connStr: 'postgres://uap:secret@db.cloud.org/uap' }), 'connStr', 'PG_CONN_STR'],
  ['pg', () => StateBackend.pg({ connStr: 'host=db.cloud.org password=secret' }), 'connStr', 'PG_CONN_STR'],
  [
    'http',
    () => StateBackend.http({ address: 'https://cloud.org', password: 'secret' }),
    'password',
    'TF_HTTP_PASSWORD',
  ],
  ['s3', () => StateBackend.s3({ bucket: 'b', key: 'k', secretKey: 'secret' }), 'secretKey', 'AWS_SECRET_ACCESS_KEY'],
])('%s: a secret among the options is refused, and where it belongs is said', (kind, make, option, variable) => {
  expect(make).toThrow(
    `StateBackend.${kind}: ${option} holds a secret, which would be in the synth output; leave it out and set the environment variable ${variable}`,
  );
});

test('a connection without a password may be written down', () => {
  const connStr = 'postgres://uap@db.cloud.org/uap';
  expect(backendOf(StateBackend.pg({ connStr }))).toEqual({ pg: { conn_str: connStr } });
});
