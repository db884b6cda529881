/**
 * Writes the few ASN.1 DER elements that a certificate is made of.
 * Encoding: https://www.itu.int/rec/T-REC-X.690
 */
export const der = {
  sequence: (...parts: readonly Buffer[]) => element(0x30, ...parts),
  set: (...parts: readonly Buffer[]) => element(0x31, ...parts),
  /** A positive integer of any length. */
  integer: (bytes: Buffer) => element(0x02, (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes),
  boolean: (value: boolean) => element(0x01, Buffer.of(value ? 0xff : 0)),
  octets: (bytes: Buffer) => element(0x04, bytes),
  /** A bit string, of whole bytes unless the number of unused bits is given. */
  bits: (bytes: Buffer, unused = 0) => element(0x03, Buffer.of(unused), bytes),
  text: (value: string) => element(0x0c, Buffer.from(value, 'utf8')),
  /** Times from 2050 on need another form and are refused. */
  time(epochMs: number) {
    const text = new Date(epochMs).toISOString();
    if (text >= '2050') throw new RangeError(`A certificate time must lie before 2050, got ${text}.`);
    return element(0x17, Buffer.from(`${text.slice(2, 19).replaceAll(/[-:T]/g, '')}Z`, 'ascii'));
  },
  objectId(dotted: string) {
    const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
    return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
  },
  /** An element in the context of its parent: `[tag]`. */
  tagged: (tag: number, constructed: boolean, ...parts: readonly Buffer[]) =>
    element(0x80 | (constructed ? 0x20 : 0) | tag, ...parts),
};

function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), length(content.length), content]);
}

function length(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.of(bytes);
  const digits = Buffer.from(bytes.toString(16).padStart(bytes > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.of(0x80 | digits.length), digits]);
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}
