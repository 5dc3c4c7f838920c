/**
 * A type guard that is a static member of the class it recognizes, so that subclasses inherit it. Unlike `instanceof`
 * it also recognizes objects of another copy of this package.
 * @param member name of that static member
 */
export function typeGuard<T>(member: string): (value: unknown) => value is T {
  return (value): value is T => typeof value === 'object' && value !== null && member in Object(value.constructor);
}
