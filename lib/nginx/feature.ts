import type { InstanceFile } from '../instance-parts';
import type { Directive } from './directive';

/** What a feature adds to each context of the configuration; most features need one or two. */
export interface Feature {
  /** First line of the feature's own file. */
  readonly about: string;
  /** The http context: the feature's own file, `/etc/nginx/uap/<name>.conf`. */
  readonly http?: readonly Directive[];
  /** Start of every server. */
  readonly everyServer?: readonly Directive[];
  /** The server of the apps' host names. */
  readonly apps?: readonly Directive[];
  /** Every location that proxies to an app. */
  readonly proxied?: readonly Directive[];
  /** The location of ordinary requests, in addition to `proxied`. */
  readonly ordinary?: readonly Directive[];
  /** Requests to apps that need more than the ordinary location. */
  readonly detour?: Detour;
  /** The locations of all detours, in addition to `proxied`. */
  readonly detoured?: readonly Directive[];
  /** The server of the UAP's own host name. */
  readonly uap?: readonly Directive[];
  /** The server of plain HTTP, for the UAP's own name and those of apps. */
  readonly plain?: readonly Directive[];
  /** Additional servers. */
  readonly servers?: readonly (readonly Directive[])[];
  /** The location of the UAP's own pages. */
  readonly pageLocation?: readonly Directive[];
  /** The UAP's own pages that the feature adds. */
  readonly pages?: readonly OwnPage[];
  /** Additional files of the configuration. */
  readonly confFiles?: readonly ConfFile[];
  /** Pages, scripts and Lua. */
  readonly files?: readonly InstanceFile[];
}

/**
 * Takes a request out of the location of ordinary requests, which then don't pay for directives that few requests need.
 * It leads to an answer of the UAP, or to another location that proxies, which checks the later detours too.
 */
export interface Detour {
  /** Arguments of `if`, e.g. `['($http_upgrade)']`. */
  readonly condition: readonly string[];
  /** Where it leads. */
  readonly to: Answer | DetourLocation;
}

/** Name of an answer of the UAP, see `answerLocation`; may hold variables. */
export interface Answer {
  readonly answer: string;
}

/** A location that proxies to an app. */
export interface DetourLocation {
  /** Name of the location, without its `@`. */
  readonly location: string;
  /** Directives that may refuse or answer the request, before the later detours. @default [] */
  readonly checks?: readonly Directive[];
  readonly directives?: readonly Directive[];
  /** Header `Connection` of the request to the app. @default '' */
  readonly connection?: string;
}

/** A page of the UAP: the assets `pages/<name>.html`, for browsers, and `pages/<name>.txt`, for other clients. */
export interface OwnPage {
  readonly name: string;
  readonly title: string;
  /**
   * Error type of the header `Proxy-Status` (RFC 9209, 2.3), or a variable that holds it; `details` is the page's name.
   * @default - no header: the page belongs to the UAP's own host name, where it is no proxy
   */
  readonly proxyError?: string;
}

/** A file of the configuration. */
export interface ConfFile {
  /** Below `/etc/nginx/uap`. */
  readonly name: string;
  /** Its first line, a comment. */
  readonly about: string;
  readonly directives: readonly Directive[];
}
