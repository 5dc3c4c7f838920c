import { directive, location } from './directive';
import type { Feature } from './feature';

/** Plain HTTP leads to https, with path and query. */
export function plainHttp(): Feature {
  return {
    about: 'Plain HTTP leads to https.',
    plain: [location(['/'], [directive('return', '308', 'https://$host$uap_port_suffix$request_uri')])],
  };
}
