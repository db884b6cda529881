import type { Labels } from './alert-store.ts';

export type Matcher = (labels: Labels) => boolean;

/**
 * Reads one `filter` of Alertmanager's API, such as `severity="high"` or `alertname=~"Public.*"`.
 * @throws SyntaxError when it is none
 */
export function parseMatcher(text: string): Matcher {
  const parts = /^\{?\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*\}?$/.exec(text);
  const [, name = '', operator, value = ''] = parts ?? [];
  if (operator === '=') return (labels) => (labels[name] ?? '') === value;
  if (operator === '!=') return (labels) => (labels[name] ?? '') !== value;
  if (operator === undefined) throw new SyntaxError(`bad matcher format: ${text}`);
  const pattern = new RegExp(`^(?:${value})$`);
  return (labels) => pattern.test(labels[name] ?? '') === (operator === '=~');
}
