import { belongingOf, subjectsFrom } from '../../../src/engine/correlate.ts';
import type { HeardSignal, Instant } from '../../../src/engine/heard.ts';
import { judgeDetection } from '../../../src/engine/judge-detection.ts';
import { fateOf, markerOf } from './plan.ts';

export interface Heard {
  readonly expectations: number;
  readonly heard: ReadonlyMap<number, readonly HeardSignal[]>;
  readonly t0: Instant;
  readonly sloMs: number;
  readonly horizonFactor: number;
}

const proven = { raised: true, received: true };

/** Judges every expectation as a trial would after its horizon, and lists those whose verdict is not what was sent. */
export function wrongVerdicts({ expectations, heard, t0, sloMs, horizonFactor }: Heard): readonly string[] {
  const wrong: string[] = [];
  for (let n = 0; n < expectations; n++) {
    const view = {
      marker: markerOf(n),
      faultSubjects: subjectsFrom([`arn:aws:s3:::models-${n}`]),
      controlSubjects: subjectsFrom([]),
      ourActors: [],
      revertsAsOther: false,
      t0,
    };
    const source = {
      marginMs: 0,
      errorMs: 0,
      isOff: false,
      namesActor: false,
      showsOpen: false,
      carriesMarker: true,
      seesState: false,
    };
    const { result } = judgeDetection({
      expectation: { id: String(n), detector: 'flood', rule: 'Shell *', sloMs, of: 'effect' },
      detector: {
        sees: 'event',
        showsOpen: false,
        groups: false,
        recurrence: 'none',
        marginMs: 0,
        assumeAlive: false,
        offersRuleCanary: true,
      },
      fault: { status: 'injected', t0, effect: 'proven' },
      belonging: (heard.get(n) ?? []).map((one) => belongingOf(one, view, source)),
      openBefore: [],
      proof: { rule: proven, tool: proven },
      overloaded: false,
      nowMonoMs: t0.monoMs + horizonFactor * sloMs + 1,
    });
    if (result.verdict !== fateOf(n)) wrong.push(`${n}: ${result.verdict}, expected ${fateOf(n)}: ${result.reason}`);
  }
  return wrong;
}
