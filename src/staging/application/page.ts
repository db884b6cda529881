import type { Outgoing } from './local-server.ts';

/** Is the page on which a person asks the model. */
export const askPage = page(`
  <form method="post" action="/ask">
    <label for="prompt">What is in the picture?</label>
    <input id="prompt" name="prompt" required>
    <button id="ask" type="submit">Ask</button>
  </form>`);

/** Shows the answer, or that there is none. */
export function answerPage(prompt: string, { status, body }: Outgoing): string {
  const { answer, model } = (body ?? {}) as { answer?: string; model?: { version?: string } };
  const shown =
    status === 200
      ? `<p id="answer">It is a ${escaped(answer ?? '')}.</p><p id="model">${escaped(model?.version ?? '')}</p>`
      : `<p id="error">The model does not answer (${status}).</p>`;
  return page(`<p id="asked">${escaped(prompt)}</p>${shown}<p><a href="/">Ask again</a></p>`);
}

/** Reads what a form posted. */
export function promptIn(body: string): string {
  return new URLSearchParams(body).get('prompt') ?? '';
}

function page(content: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Inference</title><body><h1>Inference</h1>${content}</body></html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
