import { block, type Directive, directive, location } from './directive';

/**
 * Locations of the UAP's own answers and pages. They begin with two slashes, which Nginx merges in request paths:
 * no request reaches them, and every path belongs to the app.
 */
export const ANSWERS = '//uap/answer/';
export const PAGES = '//uap/page/';

/** Answers the request if the variable names an answer. */
export function answerIf(variable: string): Directive {
  return block('if', [`(${variable})`], [directive('rewrite', '^', `${ANSWERS}${variable}`, 'last')]);
}

/** Location of the answer with this name: a status, and the page of the same name. */
export function answerLocation(name: string, status: number): Directive {
  return location(
    ['=', `${ANSWERS}${name}`],
    [directive('internal'), failure(status, name), directive('return', status)],
  );
}

/** The page of a failure that Nginx itself reports; an upstream's own error responses pass unchanged. */
export function failure(status: number, page: string): Directive {
  return directive('error_page', status, pageUri(page));
}

export function pageUri(page: string): string {
  return `${PAGES}${page}.$uap_page_type`;
}
