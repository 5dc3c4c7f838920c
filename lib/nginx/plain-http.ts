import { directive, location } from './directive';
import type { Feature } from './feature';
import { type Place, portSuffix } from './place';

/** Redirects plain HTTP to https, with path and query. */
export function plainHttp(place: Place): Feature {
  return {
    about: 'Redirects plain HTTP to https.',
    plain: [location(['/'], [directive('return', '308', `https://$host${portSuffix(place)}$request_uri`)])],
  };
}
