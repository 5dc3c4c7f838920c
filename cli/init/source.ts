import type { AcmeAnswer, CertificateAnswer, DnsAnswer, KeyAnswer, RegionAnswer, Settings } from './settings';

/** Columns that the formatter of the repository allows. */
const lineWidth = 120;

/** Words that can't be the name of a constant. */
const reserved = new Set(
  `await break case catch class const continue debugger default delete do else enum export extends false finally for
  function if implements import in instanceof interface let new null package private protected public return static
  super switch this throw true try typeof var void while with yield eval arguments`.split(/\s+/),
);

/** The constant of a cloud: `my-cloud` is `myCloud`. */
export function constantOf(name: string): string {
  const constant = name.replace(/-+([a-z0-9]?)/g, (_, letter: string) => letter.toUpperCase());
  return reserved.has(constant) || constant === 'clouds' ? `${constant}Cloud` : constant;
}

/**
 * The text of `stacks/<cloud>.ts`, as the formatter of the repository leaves it.
 * @param library where it imports from: `../lib` or the name of the package
 */
export function sourceOf(settings: Settings, library: string): string {
  const { name, openstack, keystoneHostname, acme, dns, certificate, regions } = settings;
  const body = [
    line(1, 'name', text(name), `of the stack: cdktf deploy ${name}`),
    ...openstackLines(name, openstack),
    ...(keystoneHostname ? [line(1, 'keystoneHostname', text(keystoneHostname), "for Exosphere's configuration")] : []),
    ...(acme ? acmeLines(acme) : []),
    ...dnsLines(dns, certificate),
    ...certificateLines(certificate),
    '  regions: [',
    ...regions.flatMap(regionLines),
    '  ],',
  ].join('\n');
  // In the order in which the formatter sorts them.
  const imported = ['type CloudSpec', 'DnsRecords', 'Secret', 'WildcardCertificate'].filter((one) => {
    const word = one.replace('type ', '');
    return word === 'CloudSpec' || body.includes(`${word}.`);
  });
  return `import { ${imported.join(', ')} } from ${text(library)};

// Written by: uap init ${name}. Every setting there is: uap show ${name}, docs/settings.md.
export const ${constantOf(name)}: CloudSpec = {
${body}
};
`;
}

function openstackLines(name: string, openstack: string | null): string[] {
  if (openstack === null) return [line(1, 'openstack', 'null', 'the credentials are in the OS_* variables')];
  if (openstack === name) return ['  // The credentials are in the entry of that name of clouds.yaml.'];
  return [line(1, 'openstack', text(openstack), 'the entry of clouds.yaml with the credentials')];
}

function acmeLines({ email, directory, accountKeyId, recursiveNameservers }: AcmeAnswer): string[] {
  const lines = [line(2, 'email', text(email), 'of the account with the CA')];
  if (typeof directory === 'string') {
    if (directory !== 'letsencrypt') lines.push(line(2, 'directory', text(directory), 'the CA'));
  } else {
    lines.push('    directory: {', line(3, 'url', text(directory.url), "the CA's ACME directory"));
    if (directory.caFile)
      lines.push(line(3, 'caFile', text(directory.caFile), 'who signed the certificate of that URL'));
    lines.push('    },');
  }
  if (accountKeyId) {
    lines.push('    // Binds the account to yours with the CA; deploy with TF_VAR_eab_hmac_key in the environment.');
    lines.push(
      line(2, 'externalAccountBinding', `{ keyId: ${text(accountKeyId)}, hmacKey: Secret.variable('eab_hmac_key') }`),
    );
  }
  if (recursiveNameservers?.length) {
    lines.push(...listLines(2, 'recursiveNameservers', recursiveNameservers, 'asked until the challenge is published'));
  }
  return ['  acme: {', ...lines, '  },'];
}

function dnsLines(dns: DnsAnswer, certificate: CertificateAnswer): string[] {
  const challenge = certificate.kind === 'fromPem' ? '' : ' and answers the ACME challenge';
  if (dns.kind === 'manual') {
    return [
      '  // You make the records; after a deployment the output manual_records lists them.',
      line(1, 'dns', 'DnsRecords.manual()'),
    ];
  }
  if (dns.kind === 'designate') {
    return [line(1, 'dns', `DnsRecords.designate({ zone: ${text(dns.zone)} })`, `publishes the records${challenge}`)];
  }
  return [
    `  // Publishes the records${challenge}, by dynamic updates (RFC 2136).`,
    '  dns: DnsRecords.rfc2136({',
    line(2, 'server', text(dns.server), 'the primary of the zone'),
    line(2, 'zone', text(dns.zone)),
    ...keyLines('key', dns.key, 'as the server has it'),
    ...(dns.challengeKey ? keyLines('challengeKey', dns.challengeKey, 'for the ACME challenge alone') : []),
    '  }),',
  ];
}

function keyLines(setting: string, { name, file, algorithm }: KeyAnswer, comment: string): string[] {
  return [
    `    ${setting}: {`,
    line(3, 'name', text(name), comment),
    ...(algorithm ? [line(3, 'algorithm', text(algorithm))] : []),
    line(3, 'secret', `Secret.file(${text(file)})`, 'base64, nothing else in the file'),
    '    },',
  ];
}

function certificateLines(certificate: CertificateAnswer): string[] {
  if (certificate.kind === 'acmeOnInstance') {
    return [
      line(1, 'certificate', 'WildcardCertificate.acmeOnInstance()', 'ordered and renewed by the instance itself'),
    ];
  }
  if (certificate.kind === 'fromPem') {
    return [
      '  certificate: WildcardCertificate.fromPem({',
      line(2, 'chainFile', text(certificate.chainFile), 'the certificate, then its intermediates'),
      line(2, 'key', `Secret.file(${text(certificate.keyFile)})`, 'encrypted PKCS#8'),
      line(2, 'passphrase', "Secret.variable('key_passphrase')", 'TF_VAR_key_passphrase'),
      '  }),',
    ];
  }
  const { challenge } = certificate;
  if (!challenge) {
    return ["  // The certificate is Terraform's acme provider's: a daily cdktf deploy renews it when it is time."];
  }
  return [
    '  certificate: WildcardCertificate.acme({',
    '    challenge: {',
    line(3, 'provider', text(challenge.provider), 'of the lego library'),
    '      config: {',
    ...challenge.variables.map((name) =>
      line(4, name, `Secret.variable(${text(name.toLowerCase())})`, `TF_VAR_${name.toLowerCase()}`),
    ),
    '      },',
    '    },',
    '  }),',
  ];
}

function regionLines(region: RegionAnswer): string[] {
  const { adminNetworks = [], deniedAddresses, keyPair, packageMirror, specialPurpose } = region;
  return [
    '    {',
    region.region === null
      ? line(3, 'region', 'null', 'the cloud has only one')
      : line(3, 'region', text(region.region), 'as in: openstack region list'),
    line(3, 'hostname', text(region.hostname), "users' apps get names one label below it"),
    line(3, 'publicNetwork', text(region.publicNetwork), "users' instances and the UAP have their addresses there"),
    ...listLines(3, 'upstreamRanges', region.upstreamRanges, 'those addresses: the UAP connects to nothing else'),
    ...(specialPurpose ? [line(3, 'allowSpecialPurposeRanges', 'true', specialPurpose)] : []),
    ...(deniedAddresses.length > 0
      ? listLines(3, 'deniedAddresses', deniedAddresses, "the cloud's own, such as gateways and APIs")
      : []),
    line(3, 'image', text(region.image), region.imageAbout),
    line(3, 'flavor', text(region.flavor), region.flavorAbout),
    ...(keyPair ? [line(3, 'keyPair', text(keyPair), 'for SSH')] : []),
    ...(adminNetworks.length > 0 ? listLines(3, 'adminNetworks', adminNetworks, 'reach SSH') : []),
    ...(packageMirror ? [line(3, 'packageMirror', text(packageMirror), 'where the instance installs from')] : []),
    '    },',
  ];
}

function line(depth: number, name: string, value: string, comment?: string): string {
  return `${'  '.repeat(depth)}${name}: ${value},${comment ? ` // ${comment}` : ''}`;
}

/** A list on one line, or, if it is too long, an element a line. */
function listLines(depth: number, name: string, items: readonly string[], comment: string): string[] {
  const one = line(depth, name, `[${items.map(text).join(', ')}]`);
  if (one.length <= lineWidth) return [`${one} // ${comment}`];
  const indent = '  '.repeat(depth);
  return [
    `${indent}// ${comment}`,
    `${indent}${name}: [`,
    ...items.map((item) => `${indent}  ${text(item)},`),
    `${indent}],`,
  ];
}

/** A string literal as the formatter writes it. */
function text(value: string): string {
  const quoted = JSON.stringify(value);
  if (value.includes("'") && !value.includes('"')) return quoted;
  return `'${quoted.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
