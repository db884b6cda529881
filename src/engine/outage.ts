/** Says when something begins to fail and when it is well again, not each failure between: a poll may fail for minutes. */
export interface Outage {
  readonly failed: (reason: string) => void;
  readonly over: () => void;
}

export function newOutage(what: string, log: (line: string) => void): Outage {
  let failures = 0;
  let last: string | undefined;
  return {
    failed(reason) {
      failures++;
      if (reason === last) return;
      last = reason;
      log(`${what} failed: ${reason}.`);
    },
    over() {
      if (failures > 0) log(`${what} works again after ${failures === 1 ? 'one failure' : `${failures} failures`}.`);
      failures = 0;
      last = undefined;
    },
  };
}
