import { StringDecoder } from 'node:string_decoder';

/**
 * The lines of a stream of UTF-8, without their ends: a line feed, or a carriage return and a line feed. Nothing else ends
 * a line. The readers of lines that come with Node.js 24 also split at U+2028 and U+2029, which JSON has unescaped inside
 * strings. Rejects with what the stream throws.
 */
export async function* linesOf(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const lines = (typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk))).split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      yield withoutReturn(rest + line);
      rest = '';
    }
    rest += last;
  }
  rest += decoder.end();
  if (rest !== '') yield withoutReturn(rest);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
