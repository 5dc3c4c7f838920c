/** Records written to a service that must be removed in any case. */
export class Undo {
  private readonly pending = new Set<() => Promise<void>>();
  private readonly failures: string[] = [];

  /**
   * Registers how something is removed, before it is written.
   * @param what for the message if it can't be removed, with what is to be done by hand
   * @returns removes it, once
   */
  add(what: string, remove: () => Promise<void>): () => Promise<void> {
    let removing: Promise<void> | undefined;
    const once = () => {
      removing ??= remove().then(
        () => void this.pending.delete(once),
        (error: unknown) => {
          this.pending.delete(once);
          this.failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
        },
      );
      return removing;
    };
    this.pending.add(once);
    return once;
  }

  /** Nothing was written after all. */
  forget(remove: () => Promise<void>): void {
    this.pending.delete(remove);
  }

  /** Removes all that is left; returns what could not be. */
  async all(): Promise<readonly string[]> {
    await Promise.all([...this.pending].map((remove) => remove()));
    return this.failures;
  }
}
