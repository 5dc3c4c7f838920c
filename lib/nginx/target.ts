import { parseLabel } from '../hostname';
import { SCRIPTS } from '../instance-paths';
import { compareNetworks, IpNetwork } from '../ip-network';
import type { PortRange } from './bad-ports';
import { decimalRangeRegex } from './decimal-range';
import { because, block, type Directive, directive, literal, map, regexLiteral } from './directive';
import type { ConfFile, Feature } from './feature';
import { answerIf, answerLocation } from './own-answers';
import { include, readAsset } from './paths';

const OCTET = '(0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])';
const PORT = '([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])';

/**
 * Addresses that are never proxied to, even inside the ranges (RFC 6890): this network, loopback, link-local (the
 * metadata service), multicast, and the reserved addresses up to limited broadcast.
 */
const ALWAYS_DENIED = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'].map(IpNetwork.parse);

export interface TargetSettings {
  /** The UAP's host name. */
  readonly hostname: string;
  /** Networks (IPv4 CIDRs) that the UAP serves. */
  readonly upstreamRanges: readonly IpNetwork[];
  /** Networks inside the ranges that are refused, e.g. the operator's own and other UAPs. */
  readonly deniedAddresses: readonly IpNetwork[];
  /** Ports that are served: everything in `allowed` that is not in `denied`. */
  readonly ports: { readonly allowed: readonly PortRange[]; readonly denied: readonly PortRange[] };
  /** Whether `http-` names are served (unencrypted between UAP and instance). */
  readonly httpUpstreams: boolean;
  /** Labels (`http-198-51-100-7-8888`), addresses and CIDRs that are answered with 451. */
  readonly blocked: readonly string[];
}

/** Refuses a request whose target is not served; evaluates the maps of its host name. */
export const REFUSED = answerIf('$uap_refusal');

/**
 * Maps a host name to its target, and decides whether that is served; nothing else decides it. Without the Lua module
 * Nginx evaluates these maps for every request, with it on a miss of the cache in Lua.
 */
export function target(settings: TargetSettings): Feature {
  return {
    about: 'The target of a host name, and whether it is served.',
    http: [
      ...nameMaps(settings),
      ranges(settings),
      denied(settings),
      ports(settings),
      include('blocked'),
      ...refusals(settings),
    ],
    apps: [
      answerLocation('malformed', 404),
      answerLocation('blocked', 451),
      ...['range', 'denied', 'port', 'protocol'].map((name) => answerLocation(name, 403)),
    ],
    pages: [
      { name: 'malformed', title: 'This is not the name of an app', proxyError: 'destination_not_found' },
      { name: 'blocked', title: 'This app is blocked', proxyError: 'http_request_denied' },
      { name: 'range', title: 'This address is not served', proxyError: 'destination_ip_prohibited' },
      { name: 'denied', title: 'This address is not served', proxyError: 'destination_ip_prohibited' },
      { name: 'port', title: 'This port is not served', proxyError: 'http_request_denied' },
      { name: 'protocol', title: 'Plain HTTP apps are not served', proxyError: 'http_request_denied' },
    ],
    confFiles: [blockedConf(settings.blocked)],
    files: [ownAddresses()],
  };
}

function nameMaps({ hostname }: TargetSettings): Directive[] {
  const address = [OCTET, OCTET, OCTET, OCTET].join('-');
  const host = `~^(?:https?-)?${address}-${PORT}\\.${regexLiteral(hostname)}$`;
  const ofHost = (variable: string, value: string) =>
    map('$host', variable, [
      ['default', ''],
      [host, value],
    ]);
  return [
    ofHost('$uap_address', '$1.$2.$3.$4'),
    ofHost('$uap_instance', '$1-$2-$3-$4'),
    ofHost('$uap_port', '$5'),
    map('$host', '$uap_protocol', [
      ['default', 'https'],
      ['~^http-', 'http'],
    ]),
  ];
}

/** Each map gives a reason to refuse, or continues with the next map. */
function refusals({ httpUpstreams }: TargetSettings): Directive[] {
  const last = httpUpstreams ? '' : '$uap_refusal_protocol';
  return [
    because(
      'Why a target is refused, empty if it is served; also the name of the page.',
      map('$uap_address', '$uap_refusal', [
        ['default', '$uap_refusal_blocked'],
        ['', 'malformed'],
      ]),
    ),
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
      ['1', last],
    ]),
    map('$uap_protocol', '$uap_refusal_protocol', [
      ['default', ''],
      ['http', 'protocol'],
    ]),
  ];
}

function ranges({ upstreamRanges }: TargetSettings): Directive {
  return because('Addresses that this UAP serves.', geo('$uap_in_range', upstreamRanges));
}

/** Network and broadcast address; networks of one or two addresses (RFC 3021) have neither. */
export function networkAndBroadcast(range: IpNetwork): IpNetwork[] {
  if (range.prefixLength > 30) return [];
  return [0, Number(range.last - range.first)].map((index) => IpNetwork.parse(range.address(index)));
}

function denied({ upstreamRanges, deniedAddresses }: TargetSettings): Directive {
  const networks = [...ALWAYS_DENIED, ...upstreamRanges.flatMap(networkAndBroadcast), ...deniedAddresses];
  return because(
    'Addresses that are refused even inside the ranges.',
    geo('$uap_denied', networks, include('own-addresses')),
  );
}

/** The script that lists the machine's own addresses, which are known only at boot. */
function ownAddresses() {
  return { path: `${SCRIPTS}/own-addresses`, content: readAsset('scripts/own-addresses'), mode: '0755' };
}

function ports({ ports }: TargetSettings): Directive {
  const { allowed, denied } = ports;
  return because(
    'Ports that are served; denied ports come first.',
    map('$uap_port', '$uap_port_served', [
      ['default', '0'],
      ...denied.map(({ from, to }): [string, string] => [portKey(from, to), '0']),
      ...allowed.map(({ from, to }): [string, string] => [portKey(from, to), '1']),
    ]),
  );
}

/** A single port is a regex as well: Nginx compares plain strings before all regexes, and refuses duplicates. */
function portKey(from: number, to: number): string {
  return `~^(?:${decimalRangeRegex({ from, to })})$`;
}

/**
 * Blocked labels and addresses, in a file of their own: a change of the list changes no other file.
 * @throws RangeError if an entry is neither a label nor an address or CIDR.
 */
export function blockedConf(blocked: readonly string[]): ConfFile {
  const targets = new Set<string>();
  const networks: IpNetwork[] = [];
  for (const entry of blocked) {
    const target = parseLabel(entry);
    if (target) {
      targets.add(`${target.protocol}://${target.address}:${target.port}`);
    } else {
      networks.push(IpNetwork.parse(entry));
    }
  }
  return {
    name: 'blocked',
    about: 'Targets and addresses that are answered with 451; reload Nginx after a change.',
    directives: [
      map('$uap_protocol://$uap_address:$uap_port', '$uap_blocked_target', [
        ['default', '0'],
        ...[...targets].sort().map((target): [string, string] => [literal(target), '1']),
      ]),
      geo('$uap_blocked_address', networks),
    ],
  };
}

/** Nginx can't parse limited broadcast as a network; the reserved addresses include it. */
const LIMITED_BROADCAST = '255.255.255.255/32';

/** 1 for an address in one of the networks. Each network is listed once, because Nginx warns about duplicates. */
function geo(variable: string, networks: readonly IpNetwork[], ...more: readonly Directive[]): Directive {
  const cidrs = new Set([...networks].sort(compareNetworks).map(({ cidr }) => cidr));
  return block(
    'geo',
    ['$uap_address', variable],
    [
      directive('default', '0'),
      ...[...cidrs].filter((cidr) => cidr !== LIMITED_BROADCAST).map((cidr) => directive(cidr, '1')),
      ...more,
    ],
  );
}
