/** What a line of a file says, before anything is made of it. */
export interface RawRow {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The line that it begins on, from 1. */
  readonly line: number;
  /** Why the line cannot be read. */
  readonly problem?: string;
}
