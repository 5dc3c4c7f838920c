import { createHash } from 'node:crypto';
import type { InstanceFile } from '../instance-parts';
import { addHeader, because, block, type Directive, directive, literal, location, map } from './directive';
import type { Feature, OwnPage } from './feature';
import { failure, PAGES } from './own-answers';
import { include, readAsset, UAP } from './paths';
import type { TargetSettings } from './target';
import type { UpstreamTlsSettings } from './upstream-tls';

export interface PageSettings extends TargetSettings, UpstreamTlsSettings {
  /** Where abuse is reported: a mail address or URL, shown on the pages. */
  readonly abuseContact?: string;
}

/** HTTP Strict Transport Security, in seconds: two years, where hstspreload.org requires at least one. */
const HSTS_MAX_AGE = 63072000;

/** Ranges that a page lists; of more, it gives the number. */
const RANGES_SHOWN = 20;

/** The UAP's own pages, those of all features: HTML for browsers, a line of text for other clients. */
export function ownPages(settings: PageSettings, features: readonly Feature[]): Feature {
  const pages = [
    { name: 'internal', title: 'The proxy failed', proxyError: 'proxy_internal_error' },
    ...features.flatMap(({ pages = [] }) => pages),
  ];
  const pageLocation = locationOfPages(features.flatMap(({ pageLocation = [] }) => pageLocation));
  return {
    about: "The UAP's own pages.",
    http: [
      because(
        'Browsers get HTML, other clients a line of text.',
        map('$http_accept', '$uap_page_type', [
          ['default', 'txt'],
          ['~*text/html', 'html'],
        ]),
      ),
      because(
        "RFC 9209: the UAP answered instead of the app, and why; empty for pages at the UAP's own name.",
        map('$uri', '$uap_proxy_status', [
          ['default', ''],
          ...pages.flatMap((page) => proxyStatus(settings.hostname, page)),
        ]),
      ),
    ],
    apps: [failure(500, 'internal'), pageLocation],
    uap: [pageLocation],
    confFiles: [
      {
        name: 'own-headers',
        about: "Headers of the UAP's own answers.",
        directives: [
          addHeader('Strict-Transport-Security', `max-age=${HSTS_MAX_AGE}`),
          addHeader('X-Content-Type-Options', 'nosniff'),
          addHeader('Referrer-Policy', 'no-referrer'),
          addHeader('Cache-Control', 'no-store'),
        ],
      },
    ],
    files: pageFiles(settings, pages),
  };
}

/** Values of `Proxy-Status`, by the path of the page. */
function proxyStatus(hostname: string, { name, proxyError }: OwnPage): [string, string][] {
  if (proxyError === undefined) return [];
  const value = `"${literal(hostname)}"; error=${proxyError}; details="${name}"`;
  return ['html', 'txt'].map((type) => [`${PAGES}${name}.${type}`, value]);
}

/** Files with server-side includes, which print variables escaped for HTML. */
function locationOfPages(more: readonly Directive[]): Directive {
  return location(
    [PAGES],
    [
      because(
        'The page of a request that is too large must not be refused itself.',
        directive('client_max_body_size', '0'),
      ),
      directive('internal'),
      directive('alias', `${UAP}/pages/`),
      block('types', [], [directive('text/html', 'html'), directive('text/plain', 'txt')]),
      directive('charset', 'utf-8'),
      directive('ssi', 'on'),
      directive('ssi_types', 'text/plain'),
      directive('ssi_last_modified', 'off'),
      directive('etag', 'off'),
      include('own-headers'),
      ...pageHeaders(),
      addHeader('Proxy-Status', '$uap_proxy_status'),
      ...more,
    ],
  );
}

function pageFiles(settings: PageSettings, pages: readonly OwnPage[]): InstanceFile[] {
  const values = pageValues(settings);
  const layout = readAsset('pages/layout.html');
  const file = (name: string, content: string) => ({ path: `${UAP}/pages/${name}`, content });
  const html = (name: string, title: string) => {
    const body = fill(readAsset(`pages/${name}.html`), values);
    const style = `<style>${STYLE()}</style>`;
    return file(`${name}.html`, fill(layout, { ...values, title: escapeHtml(title), style, body }));
  };
  return [
    html('welcome', 'User Application Proxy'),
    ...pages.flatMap(({ name, title }) => [
      html(name, title),
      file(`${name}.txt`, fill(readAsset(`pages/${name}.txt`), values)),
    ]),
  ];
}

const STYLE = (): string => readAsset('pages/style.css');
const SCRIPT = () => readAsset('pages/welcome.js');

/** Headers of the pages: one style sheet and the script of the URL form are allowed; nothing else may run or load. */
function pageHeaders(): Directive[] {
  const policy = [
    "default-src 'none'",
    `style-src '${sha256(STYLE())}'`,
    `script-src '${sha256(SCRIPT())}'`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return [
    because(
      'form-action is not limited, because the form leads to other hosts.',
      addHeader('Content-Security-Policy', policy),
    ),
    addHeader('X-Robots-Tag', 'noindex'),
  ];
}

function pageValues(model: PageSettings): Record<string, string> {
  const ranges = model.upstreamRanges.map(({ cidr }) => cidr);
  const shown = ranges.slice(0, RANGES_SHOWN);
  const more = ranges.length > shown.length ? [`and ${ranges.length - shown.length} more`] : [];
  const contact = model.abuseContact ?? '';
  const upstreamName = model.upstreamTls.verifiedName ?? '';
  return {
    hostname: escapeHtml(model.hostname),
    rangesHtml: [...shown.map((range) => `<code>${range}</code>`), ...more].join(', '),
    rangesText: [...shown, ...more].join(', '),
    contact: contact === '' ? '' : `<footer>Something wrong? Write to ${contactLink(contact)}.</footer>`,
    contactText: contact === '' ? '' : ` Contact: ${contact}`,
    upstreamName: upstreamName === '$host' ? '<!--# echo var="host" -->' : escapeHtml(upstreamName),
    certificateNeeded: model.upstreamTls.verifiedName
      ? "with a certificate from the cloud's own CA: ask the operator"
      : 'a self-signed certificate is enough',
    prefixes: model.httpUpstreams ? '[http-|https-]' : '[https-]',
    protocols: (model.httpUpstreams ? ['https', 'http'] : ['https'])
      .map((protocol) => `<option value="${protocol}">${protocol}</option>`)
      .join(''),
    httpName: model.httpUpstreams ? ': if so, begin the name\nwith <code>http-</code>' : ', which this proxy refuses',
    script: `<script>${SCRIPT()}</script>`,
  };
}

function contactLink(contact: string): string {
  const href = /^(https?|mailto):/.test(contact) ? contact : `mailto:${contact}`;
  return `<a href="${escapeHtml(href)}">${escapeHtml(contact.replace(/^mailto:/, ''))}</a>`;
}

/**
 * Replaces each `{{name}}` with its value.
 * @throws Error for a name without a value: a mistake in a page.
 */
function fill(template: string, values: Record<string, string>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`a page asks for the unknown value ${name}`);
    return value;
  });
}

function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Also disables server-side includes in the text. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
