import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { html, Markup, printable } from './markup.js';
import type { Section } from './section.js';

export interface Page {
  readonly title: string;
  readonly lead: string;
  readonly sections: readonly Section[];
}

/**
 * One self-contained file. Its content security policy admits the one style sheet, by its hash, and nothing else: no
 * script runs and nothing is fetched, whatever a name in the data holds.
 */
export async function renderPage({ title, lead, sections }: Page): Promise<string> {
  const style = await readFile(new URL('./report.css', import.meta.url), 'utf8');
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${printable(title)}</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<nav class="contents" aria-label="Contents"><p>Contents</p><ol>
${sections.map(
  ({ id, title: entry }) => html`<li><a href="#${id}">${entry}</a></li>
`,
)}</ol></nav>
<main id="content">
<header><h1>${printable(title)}</h1><p class="lead">${lead}</p></header>
${sections.map(sectionMarkup)}<footer>Made by <code>moderate</code>. This file holds no script, loads nothing, and contains no post.</footer>
</main>
</body>
</html>
`.text;
}

function sectionMarkup({ id, title, body }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>
`;
}
