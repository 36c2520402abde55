/** Copies text; a browser that offers no clipboard here (plain HTTP beyond loopback) gets the old way. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (!copied) throw new Error('The browser did not let the page copy.');
}

/** A button that copies what `text` gives and says so for a moment. */
export function setUpCopyButton(button: HTMLButtonElement, text: () => string, status: HTMLElement): void {
  let moment: ReturnType<typeof setTimeout> | undefined;
  button.addEventListener('click', async () => {
    clearTimeout(moment);
    status.textContent = '';
    try {
      await copyText(text());
      status.textContent = 'Copied.';
    } catch {
      status.textContent = 'The browser did not let the page copy.';
    }
    clearTimeout(moment);
    moment = setTimeout(() => {
      status.textContent = '';
    }, 4000);
  });
}
