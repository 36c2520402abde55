import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CLIENT_ERRORS } from '../../../lib/client/errors/codes.js';
import { errorOf } from '../../../lib/client/errors/error-of.js';
import { failure } from '../../../lib/client/errors/failure.js';
import { KINDS } from '../../../lib/client/errors/kinds.js';
import * as client from '../../../lib/client/index.js';
import { ERRORS } from '../../../lib/contract/errors.js';
import { projectRoot } from '../../support/project-root.js';

const { ImageError, ModerationClientError, TimeoutError } = client;

test('every code that a caller can meet has a class, and every class is published', () => {
  const met = Object.entries(ERRORS).filter(([, { scope }]) => scope !== 'service');
  const codes = [...met.map(([code]) => code), ...Object.keys(CLIENT_ERRORS)];
  expect(Object.keys(KINDS).sort()).toEqual(codes.sort());
  const published = Object.values(client);
  for (const kind of Object.values(KINDS)) expect(published).toContain(kind);
});

test('no code of the client is also one of the service', () => {
  expect(Object.keys(CLIENT_ERRORS).filter((code) => Object.hasOwn(ERRORS, code))).toEqual([]);
});

test('docs/client.md tells every code of the client and its class', () => {
  const document = readFileSync(join(projectRoot, 'docs', 'client.md'), 'utf8');
  for (const [code, { retryable }] of Object.entries(CLIENT_ERRORS)) {
    const kind = KINDS[code as keyof typeof CLIENT_ERRORS].name;
    expect(document).toContain(`| \`${code}\` | ${kind} | ${retryable ? 'yes' : 'no'} |`);
  }
});

describe('an error', () => {
  const cause = new Error('why');
  const error = errorOf(
    failure('image_undecodable', 'Half a JPEG.', { requestId: 'r', status: 200, cause }),
    {
      itemIndex: 4,
      itemId: 'post',
      attempts: 2,
    },
  );

  test('has the fields that help', () => {
    expect(error).toMatchObject({
      name: 'ImageError',
      message: 'Half a JPEG.',
      code: 'image_undecodable',
      retryable: false,
      requestId: 'r',
      itemIndex: 4,
      itemId: 'post',
      attempts: 2,
      cause,
    });
    expect(error.stack).toContain('ImageError: Half a JPEG.');
  });

  test('becomes JSON without cause and stack', () => {
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'ImageError',
      code: 'image_undecodable',
      message: 'Half a JPEG.',
      retryable: false,
      status: 200,
      requestId: 'r',
      itemIndex: 4,
      itemId: 'post',
      attempts: 2,
    });
  });

  test('is an instance of its class and of the base, of no other', () => {
    expect(error instanceof ImageError).toBe(true);
    expect(error instanceof ModerationClientError).toBe(true);
    expect(error instanceof Error).toBe(true);
    expect(error instanceof TimeoutError).toBe(false);
    for (const other of [undefined, null, 'ImageError', {}, new Error('plain')]) {
      expect((other as unknown) instanceof ModerationClientError).toBe(false);
    }
  });

  test('is one for another copy of the package, too', async () => {
    const copy = '../../../lib/client/errors/client-error.js?copy';
    const { ModerationClientError: Other } = (await import(copy)) as typeof client;
    expect(Other).not.toBe(ModerationClientError);
    expect(error instanceof Other).toBe(true);
    expect(new Other({ code: 'x', message: 'x', retryable: false }) instanceof ModerationClientError).toBe(
      true,
    );
  });

  test('may be extended: a class of a user’s own recognises its own instances only', () => {
    class Own extends ImageError {}
    const own = new Own({ code: 'x', message: 'x', retryable: false });
    expect(own instanceof Own && own instanceof ImageError).toBe(true);
    expect(error instanceof Own).toBe(false);
  });
});
