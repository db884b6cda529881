import { type Exchange, queryOf } from '../exchange.ts';
import type { ServiceIndex } from '../models/service-index.ts';
import type { NamedOperation } from '../operation.ts';
import { type Element, parseXml } from '../xml.ts';
import { jsonParameters, parseJson } from './json.ts';
import { isTree, recordName, scalar, type Tree } from './names.ts';

/** Reads path labels, query and JSON body of a REST service such as Lambda. */
export function restParameters(exchange: Exchange, { operation, labels }: NamedOperation, service: ServiceIndex): Tree {
  const shape = operation.input === undefined ? undefined : service.shapes[operation.input];
  const query = queryOf(exchange.url);
  const read: Tree = jsonParameters(exchange.body, service, operation.input);
  for (const [name, member] of Object.entries(shape?.members ?? {})) {
    const key = member.locationName ?? name;
    const value = member.location === 'uri' ? labels[key] : member.location === 'querystring' ? query.get(key) : null;
    if (value !== null && value !== undefined)
      read[recordName(name)] = scalar(service.shapes[member.shape]?.type, value);
  }
  return read;
}

/**
 * Reads an S3 request as its records show it: bucket, key, host, each subresource with its value, and the body under
 * the name of its root element; a bucket policy is an object.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
 */
export function s3Parameters(exchange: Exchange, { operation, labels }: NamedOperation): Tree {
  const { Bucket: bucketName, Key: key } = labels;
  const read: Tree = {
    ...(bucketName !== undefined && { bucketName }),
    ...(key !== undefined && { key }),
    Host: exchange.headers['host'] ?? '',
  };
  for (const [name, value] of queryOf(exchange.url)) {
    if (name !== 'x-id' && !name.startsWith('X-Amz-')) read[name] = value;
  }
  if (operation.name === 'PutBucketPolicy') read['bucketPolicy'] = parseJson(exchange.body) ?? exchange.body;
  else {
    const root = exchange.body.trimStart().startsWith('<') ? parseXml(exchange.body) : undefined;
    if (root !== undefined) read[root.name] = xmlValue(root);
  }
  return read;
}

/** Reads an element as records do: repeated children become arrays, `true` and `false` booleans. */
export function xmlValue(element: Element): unknown {
  const xmlns = element.attributes['xmlns'];
  if (element.children.length === 0 && xmlns === undefined) return xmlScalar(element.text);
  const read: Tree = xmlns === undefined ? {} : { xmlns };
  for (const child of element.children) {
    const value = xmlValue(child);
    const before = read[child.name];
    if (before === undefined) read[child.name] = value;
    else read[child.name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return read;
}

function xmlScalar(text: string): unknown {
  const trimmed = text.trim();
  return trimmed === 'true' ? true : trimmed === 'false' ? false : trimmed;
}

/** Reads the answer of a query or EC2 service: `member` and `item` are lists, empty ones too. */
export function answerValue(element: Element): unknown {
  const [first] = element.children;
  if (first === undefined) return element.text.trim();
  if (first.name === 'member') return element.children.map(answerValue);
  if (first.name === 'item') return { items: element.children.map(answerValue) };
  return Object.fromEntries(element.children.map((child) => [recordName(child.name), answerValue(child)]));
}

export function asTree(value: unknown): Tree | null {
  return isTree(value) && Object.keys(value).length > 0 ? value : null;
}
