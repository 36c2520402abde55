/** Positives, and negatives, below which a group's figure over them is left undefined. */
export const MINIMUM_SIDE = 10;
