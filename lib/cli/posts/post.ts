/** What `moderate` measures models by: posts in a file, or made up. */
export interface FilePost {
  readonly text: string | null;
  /** The bytes of an image file. */
  readonly image: Uint8Array | null;
}
