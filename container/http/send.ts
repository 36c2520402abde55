import type { ServerResponse } from 'node:http';

/** Answers with one text, its length told. */
export function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', type);
  // Node leaves it out for HTTP/1.0, and a reply cut short would look whole.
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.end(text);
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json', JSON.stringify(body));
}
