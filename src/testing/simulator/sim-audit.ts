import type { Act } from './ledger.ts';
import { requestIdOf } from './sim-target.ts';
import type { SimWorld } from './sim-world.ts';
import { isBad, isFine } from './state.ts';

/** Lets the environment's own record of who wrote what reach whoever listens. */
export function startAudit(world: SimWorld): void {
  const { audit } = world.story.environment;
  if (audit === undefined) return;
  const { clock, ledger } = world;
  world.watch((act) => {
    const epochMs = clock.epochMs() + audit.skewMs;
    clock.at(clock.monoMs() + audit.delayMs, () => {
      const arrivals: { run: string; atMs: number }[] = [];
      ledger.audited.set(act, arrivals);
      world.push('audit', [JSON.stringify(record(act, epochMs))], {
        arrived: (run) => void arrivals.push({ run, atMs: clock.monoMs() }),
        lost: () => undefined,
      });
    });
  });
}

function record(act: Act, epochMs: number): unknown {
  const putsBack = act.run === undefined && !isBad(act.value) && !isFine(act.value);
  return {
    format: 'sim',
    id: `audit-${act.n}`,
    dedupeKey: `audit-${act.n}`,
    rule: act.op,
    severity: null,
    rawSeverity: '',
    status: 'open',
    sample: false,
    techniques: [],
    eventTime: new Date(epochMs).toISOString(),
    ...(act.run === undefined ? {} : { requestId: requestIdOf(act) }),
    action: putsBack ? 'put-back' : 'write',
    readOnly: false,
    resource: { id: act.resource },
    actor: { name: act.actor, userAgent: act.agent },
    ...(act.deniedBy === undefined ? {} : { errorCode: act.deniedBy }),
  };
}
