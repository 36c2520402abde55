/** The five classes of the published models, in the order of their logits. A pack may name others. */
export const LABELS = ['racist', 'sexist', 'homophobe', 'religion', 'otherhate'] as const;

export type Label = (typeof LABELS)[number];
