import type { CallRecord } from '../../model/call.ts';
import type { Clock } from '../../model/clock.ts';
import type { Phase } from '../../model/marker.ts';
import type { Target } from '../../model/target.ts';

/** What a fault that somebody else brings about gets to work with. */
export interface ExternalClients {
  /** Notes the moment from which the act is counted: t0 of its expectations. */
  readonly begin: (what: string) => void;
}

/** The target of faults that are not ours: nothing is sent, so there is nothing to prove. */
export function externalTarget({ clock }: { readonly clock: Clock }): Target {
  const nothing = { expected: 'nothing is sent', got: 'nothing is sent', holds: true };
  return {
    kind: 'none',
    prove: async () => [
      { kind: 'identity', what: 'somebody else', ...nothing },
      { kind: 'beacon', what: 'somebody else', ...nothing },
    ],
    session: async (phase: Phase) => {
      const records: CallRecord[] = [];
      const clients: ExternalClients = {
        begin: (what) => {
          const now = clock.monoMs();
          const outcome = 'acknowledged' as const;
          records.push({ phase, action: what, mutating: true, sentMonoMs: now, answeredMonoMs: now, outcome });
        },
      };
      return { clients, identity: { arn: 'somebody else' }, calls: () => records };
    },
    checkRights: async () => [],
    close: async () => undefined,
  };
}
