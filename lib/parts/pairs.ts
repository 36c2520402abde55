/**
 * The pairs of a text part and an image part that are judged together; of a post with one modality each part alone. The
 * first pair is that of the first parts. Where there are more pairs than `limit`, every part still stands in one: with the
 * first part of the other modality.
 *
 * @param limit at least as many as there are parts
 */
export function pairsOf<Text, Image>(
  texts: readonly Text[],
  images: readonly Image[],
  limit: number,
): readonly { readonly text: Text | undefined; readonly image: Image | undefined }[] {
  if (texts.length + images.length > limit) {
    throw new RangeError(`There are ${texts.length + images.length} parts, expected at most ${limit}.`);
  }
  const ofTexts = texts.length === 0 ? [undefined] : texts;
  const ofImages = images.length === 0 ? [undefined] : images;
  const withFirst = [
    ...ofImages.map((image) => ({ text: ofTexts[0], image })),
    ...ofTexts.slice(1).map((text) => ({ text, image: ofImages[0] })),
  ];
  const others = ofTexts.slice(1).flatMap((text) => ofImages.slice(1).map((image) => ({ text, image })));
  return [...withFirst, ...others].slice(0, limit);
}
