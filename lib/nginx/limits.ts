import { because, directive } from './directive';
import type { Feature } from './feature';
import { failure } from './own-answers';

export interface LimitSettings {
  /** Greatest request body in bytes, 0 = no limit. */
  readonly maxBodySize: number;
}

/** Limits above what people reach, even behind the shared address of a campus, and timeouts for slow clients. */
export function limits({ maxBodySize }: LimitSettings): Feature {
  return {
    about: 'Limits per client, timeouts, sizes.',
    http: [
      directive('server_tokens', 'off'),
      directive('limit_conn_zone', '$binary_remote_addr', 'zone=uap_clients:10m'),
      because('Each stream of HTTP/2 counts as a connection.', directive('limit_conn', 'uap_clients', '4096')),
      directive('limit_conn_status', '429'),
      directive('client_header_timeout', '20s'),
      directive('client_body_timeout', '2m'),
      because('A client with a paused video does not read.', directive('send_timeout', '10m')),
      directive('keepalive_timeout', '75s'),
      directive('keepalive_requests', '10000'),
      directive('reset_timedout_connection', 'on'),
      because('Room for cookies with tokens of many apps.', directive('large_client_header_buffers', '8', '32k')),
      directive('client_body_buffer_size', '64k'),
      directive('client_body_temp_path', '/var/lib/nginx/body'),
      directive('proxy_temp_path', '/var/lib/nginx/proxy'),
      directive('types_hash_max_size', '2048'),
      directive('map_hash_max_size', '65536'),
      directive('map_hash_bucket_size', '256'),
      directive('server_names_hash_bucket_size', '256'),
      directive('variables_hash_max_size', '2048'),
      directive('proxy_headers_hash_max_size', '1024'),
      directive('proxy_headers_hash_bucket_size', '128'),
    ],
    apps: [
      directive('client_max_body_size', String(maxBodySize)),
      because(
        'The memory of a typical request; the default of 4k would need several allocations.',
        directive('request_pool_size', '16k'),
      ),
      failure(413, 'too-large'),
      failure(429, 'too-many'),
    ],
    pages: [
      { name: 'too-large', title: 'This request is too large', proxyError: 'http_request_error' },
      { name: 'too-many', title: 'Too many requests at once', proxyError: 'http_request_error' },
    ],
  };
}
