/**
 * Lets a command end as it would when whoever read its output has gone, as `head` does: what it writes then is dropped,
 * what it was asked to make is made.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
