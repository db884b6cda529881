/** Says whether an act, as `cloudtrail` names it, is one of these IAM actions; what other sources name may be any. */
export function isAmong(action: string, ...undoing: readonly string[]): boolean {
  return undoing.includes(action) || !/^[a-z0-9-]+:[A-Z]\w+$/.test(action);
}
