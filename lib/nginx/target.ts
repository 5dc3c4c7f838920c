import { parseLabel } from '../hostname';
import { formatCidr, networkAndBroadcast, parseCidr, sortedCidrs } from './cidr';
import { decimalRangeRegex } from './decimal-range';
import { block, type Directive, directive, literal, map, regexLiteral } from './directive';
import { confFile, UAP } from './paths';
import type { ProxyModel } from './proxy-model';

const OCTET = '(0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])';
const PORT = '([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])';

/**
 * Never proxied to, whatever the ranges say (RFC 6890): this network, loopback, link-local (the metadata service),
 * multicast, and the reserved addresses up to limited broadcast.
 */
const ALWAYS_DENIED = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'];

/**
 * What a host name stands for and whether it is served. These maps are the one place where that is decided: the plain
 * variant reads them on every request, the Lua variant on a miss of its table.
 */
export function targetConf(model: ProxyModel) {
  const address = [OCTET, OCTET, OCTET, OCTET].join('-');
  const host = `~^(?:https?-)?${address}-${PORT}\\.${regexLiteral(model.hostname)}$`;
  return confFile(
    'target.conf',
    'What a host name stands for, and whether it is served.',
    [
      map('$host', '$uap_address', [
        ['default', ''],
        [host, '$1.$2.$3.$4'],
      ]),
      map('$host', '$uap_instance', [
        ['default', ''],
        [host, '$1-$2-$3-$4'],
      ]),
      map('$host', '$uap_port', [
        ['default', ''],
        [host, '$5'],
      ]),
      map('$host', '$uap_protocol', [
        ['default', 'https'],
        ['~^http-', 'http'],
      ]),
      include(model),
      // Why a target is refused, empty if it is served; also the name of the page.
      map('$uap_address', '$uap_refusal', [
        ['default', '$uap_refusal_blocked'],
        ['', 'malformed'],
      ]),
      map('$uap_blocked_address$uap_blocked_target', '$uap_refusal_blocked', [
        ['default', 'blocked'],
        ['00', '$uap_refusal_range'],
      ]),
      map('$uap_in_range', '$uap_refusal_range', [
        ['default', 'range'],
        ['1', '$uap_refusal_denied'],
      ]),
      map('$uap_denied', '$uap_refusal_denied', [
        ['default', 'denied'],
        ['0', '$uap_refusal_port'],
      ]),
      map('$uap_port_served', '$uap_refusal_port', [
        ['default', 'port'],
        ['1', model.httpUpstreams ? '' : '$uap_refusal_protocol'],
      ]),
      map('$uap_protocol', '$uap_refusal_protocol', [
        ['default', ''],
        ['http', model.httpUpstreams ? '' : 'protocol'],
      ]),
    ].flat(),
  );
}

function include(_model: ProxyModel): Directive[] {
  return ['ranges', 'denied', 'ports', 'blocked'].map((name) => directive('include', `${UAP}/${name}.conf`));
}

export function rangesConf(model: ProxyModel) {
  return confFile('ranges.conf', 'Addresses that this UAP serves.', [
    geo('$uap_in_range', sortedCidrs(model.upstreamRanges.map(parseCidr))),
  ]);
}

/** The addresses of the machine itself are found at boot: `own-addresses` writes them to a file of their own. */
export function deniedConf(model: ProxyModel) {
  const always = ALWAYS_DENIED.map(parseCidr);
  const edges = model.upstreamRanges.map(parseCidr).flatMap(networkAndBroadcast);
  const denied = sortedCidrs([...always, ...edges, ...model.deniedAddresses.map(parseCidr)]);
  return confFile('denied.conf', 'Addresses that are refused even inside of the ranges.', [
    geo('$uap_denied', denied, directive('include', `${UAP}/own-addresses.conf`)),
  ]);
}

export function portsConf(model: ProxyModel) {
  const { allowed, denied } = model.ports;
  return confFile('ports.conf', 'Ports that may be asked for; denied ones come first.', [
    map('$uap_port', '$uap_port_served', [
      ['default', '0'],
      ...denied.map(({ from, to }): [string, string] => [portKey(from, to), '0']),
      ...allowed.map(({ from, to }): [string, string] => [portKey(from, to), '1']),
    ]),
  ]);
}

/** A denied single port is a regex as well: a plain text would come before all regexes and could appear twice. */
function portKey(from: number, to: number): string {
  return `~^(?:${decimalRangeRegex({ from, to })})$`;
}

/**
 * Blocked labels and addresses; this file alone changes when the list does, and a reload makes it count.
 * @throws RangeError if an entry is neither a label nor an address or CIDR.
 */
export function blockedConf(blocked: readonly string[]) {
  const targets = new Set<string>();
  const addresses: string[] = [];
  for (const entry of blocked) {
    const target = parseLabel(entry);
    if (target) {
      targets.add(`${target.protocol}://${target.address}:${target.port}`);
    } else {
      addresses.push(formatCidr(parseCidr(entry)));
    }
  }
  return confFile('blocked.conf', 'Targets and addresses that are answered with 451; reload Nginx after a change.', [
    map('$uap_protocol://$uap_address:$uap_port', '$uap_blocked_target', [
      ['default', '0'],
      ...[...targets].sort().map((target): [string, string] => [literal(target), '1']),
    ]),
    geo('$uap_blocked_address', sortedCidrs(addresses.map(parseCidr))),
  ]);
}

/** Nginx can't read limited broadcast as a network; it is denied with the reserved addresses. */
const LIMITED_BROADCAST = '255.255.255.255/32';

function geo(variable: string, networks: readonly string[], ...more: readonly Directive[]): Directive {
  return block(
    'geo',
    ['$uap_address', variable],
    [
      directive('default', '0'),
      ...networks.filter((network) => network !== LIMITED_BROADCAST).map((network) => directive(network, '1')),
      ...more,
    ],
  );
}
