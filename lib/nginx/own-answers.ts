import { block, type Directive, directive, location } from './directive';

/**
 * Where answers and pages of the UAP's own are in a server. They begin with two slashes: Nginx merges slashes before it
 * looks for the location of a request, so that no request finds them, and every path stays the app's own.
 */
export const ANSWERS = '//uap/answer/';
export const PAGES = '//uap/page/';

/** Answers the request if the variable names an answer. */
export function answerIf(variable: string): Directive {
  return block('if', [`(${variable})`], [directive('rewrite', '^', `${ANSWERS}${variable}`, 'last')]);
}

/** The answer that has a name: a status, and the page of that name. */
export function answerLocation(name: string, status: number): Directive {
  return location(
    ['=', `${ANSWERS}${name}`],
    [directive('internal'), failure(status, name), directive('return', status)],
  );
}

/** The page of a failure that Nginx itself reports; an upstream's own answers pass untouched. */
export function failure(status: number, page: string): Directive {
  return directive('error_page', status, pageUri(page));
}

export function pageUri(page: string): string {
  return `${PAGES}${page}.$uap_page_type`;
}
