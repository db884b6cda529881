/** Fields of a resource. */
export type State = Readonly<Record<string, string>>;

/** Says whether a field's value is one that detectors mind. */
export function isBad(value: string | undefined): boolean {
  return value?.startsWith('bad') === true;
}

/** Says whether a value is a control's. */
export function isFine(value: string | undefined): boolean {
  return value?.startsWith('fine') === true;
}
