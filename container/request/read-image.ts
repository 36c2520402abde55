import { ModerationError } from '../../lib/contract/errors.js';
import { ready, type Steps } from '../time-slicer.js';
import { decoded, type ParsedRequest } from './candidate.js';

/** The body is an image file. Its type is found in its bytes, whatever the header calls it. */
export function readImage(image: Buffer): Steps<ParsedRequest> {
  if (image.length === 0) {
    throw new ModerationError('invalid_request', 'The body is empty; expected the bytes of an image.');
  }
  return ready({ candidates: [decoded({ post: { image } })], parameters: {} });
}
