import type { ServerResponse } from 'node:http';
import type { AwsError } from './aws-error.js';

export function sendBytes(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | undefined>>,
  body: Uint8Array,
): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) response.setHeader(name, value);
  }
  response.writeHead(status, { 'Content-Length': body.byteLength });
  response.end(body);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  document: object,
  headers: Readonly<Record<string, string | undefined>> = {},
): void {
  const body = Buffer.from(JSON.stringify(document));
  sendBytes(response, status, { ...headers, 'Content-Type': 'application/json' }, body);
}

export function sendAwsError(response: ServerResponse, error: AwsError): void {
  const { status, type, message, fields } = error;
  sendJson(response, status, { Message: message, ...fields }, { 'x-amzn-ErrorType': type });
}
