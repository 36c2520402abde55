import { ModerationError } from '../../contract/errors.js';

/**
 * Loads what a command needs from packages that the image leaves out.
 *
 * @throws ModerationError `invalid_configuration` where they are not installed
 */
export async function fromCheckout<Module>(command: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ModerationError(
      'invalid_configuration',
      `\`moderate ${command}\` needs packages that the image leaves out. Run it from a checkout, after npm run setup.`,
      { cause: error },
    );
  }
}
