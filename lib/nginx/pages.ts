import { createHash } from 'node:crypto';
import type { InstanceFile } from '../instance-parts';
import { formatCidr, parseCidr } from './cidr';
import { because, directive } from './directive';
import { confFile, readAsset, UAP } from './paths';
import type { ProxyModel } from './proxy-model';

/** Ranges that a page lists; more of them are counted. */
const RANGES_SHOWN = 20;

const PAGES: Record<string, string> = {
  'not-found': 'Nothing here',
  malformed: 'This is not the name of an app',
  range: 'This address is not served',
  denied: 'This address is not served',
  port: 'This port is not served',
  protocol: 'Plain HTTP apps are not served',
  sibling: 'A request from another site was refused',
  blocked: 'This app is blocked',
  loop: 'This request goes round in circles',
  'too-large': 'This request is too large',
  'too-many': 'Too many requests at once',
  internal: 'The proxy failed',
  unreachable: 'The app does not answer',
  unverified: 'The app does not answer, or is not verified',
  timeout: 'The app takes too long',
};

/** The UAP's own pages: for people as HTML, for other clients as a line of text. */
export function pageFiles(model: ProxyModel): InstanceFile[] {
  const values = pageValues(model);
  const page = (name: string, content: string): InstanceFile => ({
    path: `${UAP}/pages/${name}`,
    content: fill(content, values),
  });
  const layout = readAsset('pages/layout.html');
  const html = (title: string, body: string) =>
    fill(layout, {
      title: escapeHtml(title),
      style: `<style>${STYLE()}</style>`,
      body: fill(body, values),
      contact: values.contact as string,
    });
  return [
    page('metrics.txt', readAsset('pages/metrics.txt')),
    page('welcome.html', html('User Application Proxy', readAsset('pages/welcome.html'))),
    ...Object.entries(PAGES)
      .filter(([name]) => name !== 'unverified' || model.upstreamTls.verifiedName !== undefined)
      .flatMap(([name, title]) => [
        page(`${name}.html`, html(title, readAsset(`pages/${name}.html`))),
        page(`${name}.txt`, readAsset(`pages/${name}.txt`)),
      ]),
    pageHeadersConf(),
  ];
}

const STYLE = (): string => readAsset('pages/style.css');
const SCRIPT = () => readAsset('pages/welcome.js');

/** Headers of the pages: they hold one style, the URL builder one script, and nothing else may run or load. */
function pageHeadersConf() {
  const policy = [
    "default-src 'none'",
    `style-src '${sha256(STYLE())}'`,
    `script-src '${sha256(SCRIPT())}'`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return confFile('page-headers.conf', 'Headers of the pages.', [
    because(
      'The form leads to other hosts, so form-action is not limited.',
      directive('add_header', 'Content-Security-Policy', policy, 'always'),
    ),
    directive('add_header', 'X-Robots-Tag', 'noindex', 'always'),
  ]);
}

function pageValues(model: ProxyModel): Record<string, string> {
  const ranges = model.upstreamRanges.map((range) => formatCidr(parseCidr(range)));
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
      ? "with a certificate of the cloud's own CA: ask the operator"
      : 'a self-signed certificate is enough',
    prefixes: model.httpUpstreams ? '[http-|https-]' : '[https-]',
    protocols: (model.httpUpstreams ? ['https', 'http'] : ['https'])
      .map((protocol) => `<option value="${protocol}">${protocol}</option>`)
      .join(''),
    httpName: model.httpUpstreams ? ': then begin the name\nwith <code>http-</code>' : ', which this proxy refuses',
    script: `<script>${SCRIPT()}</script>`,
  };
}

function contactLink(contact: string): string {
  const href = /^(https?|mailto):/.test(contact) ? contact : `mailto:${contact}`;
  return `<a href="${escapeHtml(href)}">${escapeHtml(contact.replace(/^mailto:/, ''))}</a>`;
}

/** Puts values for `{{name}}`; a name without a value is a mistake in a page. */
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

/** Also breaks up what would be a server-side include. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
