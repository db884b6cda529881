import type { Member, ServiceIndex, Shape } from '../models/service-index.ts';
import { formTree, inOrder } from './form.ts';
import { isTree, recordName, scalar, type Tree } from './names.ts';

/** How EC2's records name the lists that its forms number, and what each item's scalar is called. */
const sets: Readonly<Record<string, readonly [set: string, item?: string]>> = {
  InstanceIds: ['instancesSet', 'instanceId'],
  ImageIds: ['imagesSet', 'imageId'],
  SecurityGroupIds: ['groupSet', 'groupId'],
  SubnetIds: ['subnetSet', 'subnetId'],
  VpcIds: ['vpcSet', 'vpcId'],
  Resources: ['resourcesSet', 'resourceId'],
  Filters: ['filterSet'],
  Values: ['valueSet', 'value'],
  TagSpecifications: ['tagSpecificationSet'],
  Tags: ['tagSet'],
};

/**
 * Reads an EC2 form: lists are numbered without `member`, names are upper-cased, and records wrap lists as
 * `instancesSet: { items: [{ instanceId }] }`, the tags of a tag specification excepted. RunInstances' image and counts stand inside its `instancesSet`.
 * https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 */
export function ec2Parameters(body: string, service: ServiceIndex, operation: string, input?: string): Tree {
  const shape = input === undefined ? undefined : service.shapes[input];
  const read = structure(formTree(body), shape, service, false);
  if (operation !== 'RunInstances') return read;
  const { imageId, minCount, maxCount, keyName, ...rest } = read;
  const given = Object.entries({ imageId, minCount, maxCount, keyName }).filter(([, value]) => value !== undefined);
  return { instancesSet: { items: [Object.fromEntries(given)] }, ...rest };
}

function structure(tree: Tree, shape: Shape | undefined, service: ServiceIndex, nested = true): Tree {
  const read: Tree = {};
  for (const [name, member] of Object.entries(shape?.members ?? {})) {
    const value = tree[formName(name, member)];
    if (value === undefined) continue;
    const inner = service.shapes[member.shape];
    if (inner?.type === 'list') {
      const [set, items] = list(name, value, inner, service);
      Object.assign(read, nested && name === 'Tags' ? { tags: items } : { [set]: { items } });
    } else if (isTree(value)) read[recordName(name)] = structure(value, inner, service);
    else if (typeof value === 'string') read[recordName(name)] = scalar(inner?.type, value);
  }
  return read;
}

function list(name: string, value: unknown, shape: Shape, service: ServiceIndex): readonly [string, unknown[]] {
  const item = shape.member === undefined ? undefined : service.shapes[shape.member.shape];
  const [set, key] = sets[name] ?? [`${recordName(name)}Set`];
  const items = inOrder(value).map((entry) => {
    if (isTree(entry)) return structure(entry, item, service);
    return key === undefined ? String(entry) : { [key]: String(entry) };
  });
  return [set, items];
}

function formName(name: string, { queryName, locationName }: Member): string {
  if (queryName !== undefined) return queryName;
  const sent = locationName ?? name;
  return sent.charAt(0).toUpperCase() + sent.slice(1);
}
