import { type Exchange, pathOf, queryOf } from './exchange.ts';
import type { Operation, ServiceIndex } from './models/service-index.ts';

export interface NamedOperation {
  readonly operation: Operation;
  /** Labels of a REST path, decoded. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Finds which operation of the service a request calls, by its protocol's own rules. */
export function operationOf(exchange: Exchange, service: ServiceIndex): NamedOperation | undefined {
  const name = nameInRequest(exchange, service.protocol);
  if (name !== undefined) return byName(service, name);
  return service.protocol.startsWith('rest-') ? byPath(exchange, service) : undefined;
}

function nameInRequest({ headers, url, body }: Exchange, protocol: string): string | undefined {
  if (protocol === 'json') return headers['x-amz-target']?.split('.').at(-1);
  if (protocol !== 'query' && protocol !== 'ec2') return undefined;
  return new URLSearchParams(body).get('Action') ?? queryOf(url).get('Action') ?? undefined;
}

function byName({ operations }: ServiceIndex, name: string): NamedOperation | undefined {
  const operation = operations.find((known) => known.name === name);
  return operation && { operation, labels: {} };
}

/** Of several that fit, the one with the most query constants wins, then the one with the most fixed segments. */
function byPath({ method, url }: Exchange, service: ServiceIndex): NamedOperation | undefined {
  const query = queryOf(url);
  const fitting = service.operations
    .filter((operation) => operation.method === method)
    .flatMap((operation) => {
      const labels = labelsIn(pathOf(url), pathOf(operation.uri));
      const constants = [...queryOf(operation.uri)];
      const present = constants.every(([key, value]) => query.has(key) && (value === '' || query.get(key) === value));
      const fixed = pathOf(operation.uri)
        .split('/')
        .filter((part) => part !== '' && !part.startsWith('{')).length;
      const named = query.get('x-id') === operation.name ? 1000 : 0;
      return labels !== undefined && present
        ? [{ operation, labels, rank: named + constants.length * 100 + fixed }]
        : [];
    });
  return fitting.toSorted((a, b) => b.rank - a.rank)[0];
}

function labelsIn(path: string, template: string): Record<string, string> | undefined {
  const names: string[] = [];
  const pattern = template.replace(/\{([^}+]+)(\+?)\}|[.*+?^$()|[\]\\]/g, (text, name?: string, greedy?: string) => {
    if (name === undefined) return `\\${text}`;
    names.push(name);
    return greedy === '+' ? '(.+)' : '([^/]+)';
  });
  const values = new RegExp(`^${pattern}/?$`).exec(path);
  if (values === null) return undefined;
  return Object.fromEntries(names.map((name, at) => [name, decode(values[at + 1] ?? '')]));
}

/** A path that is no valid encoding is left as it came. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
