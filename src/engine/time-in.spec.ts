import { expect } from 'chai';
import type { LiveFault } from './live-fault.ts';
import { timeIn, whenIn } from './time-in.ts';

const t0 = { monoMs: 1000, epochMs: 0 };
const read = (sentMonoMs: number, present: boolean) => ({ sentMonoMs, receivedMonoMs: sentMonoMs + 10, present });

function fault(more: object): LiveFault {
  return {
    ...{ definition: { kind: 'change' }, intent: 1, status: 'injected', effect: 'proven', settleMs: 0, t0 },
    ...{ acknowledgedMonoMs: 1005, revertRequested: { monoMs: 9000, epochMs: 0 }, reads: [] },
    ...more,
  } as unknown as LiveFault;
}

const clean = { rollback: { verdict: 'clean', reasonCode: 'read-back-equal' } };
const byGuardrail = { rollback: { verdict: 'by-guardrail', reasonCode: 'gone-already' } };
const dirty = { rollback: { verdict: 'dirty', reasonCode: 'left-altered' } };
const reads = [read(1500, true), read(2000, true), read(2500, false), read(8000, false)];

describe('timeIn', () => {
  const ours = { untilMonoMs: 9000, goneMonoMs: 9000, by: 'us', outMonoMs: 9500 };
  const cases: readonly (readonly [string, readonly object[], object | undefined])[] = [
    ['ends when we asked for it back', [{ ...clean, reads: [read(8900, true)] }], ours],
    [
      'ends with the last read that saw it, where the next one did not',
      [{ ...byGuardrail, reads }],
      { untilMonoMs: 2000, goneMonoMs: 2510, by: 'others', outMonoMs: 2510 },
    ],
    [
      'ends before that by what a read may lag behind',
      [{ ...byGuardrail, settleMs: 700, reads: [read(2000, true), read(2500, false)] }],
      { untilMonoMs: 1300, goneMonoMs: 2510, by: 'others', outMonoMs: 2510 },
    ],
    [
      'ends with the last read of all, where our revert found it gone',
      [{ ...byGuardrail, reads: [read(8000, true)] }],
      { untilMonoMs: 8000, goneMonoMs: 9000, by: 'others', outMonoMs: 9000 },
    ],
    [
      'ends with the last read of all, where our revert may have found it gone',
      [{ ...clean, mayBeGoneBefore: true, reads: [read(8000, true)] }],
      { untilMonoMs: 8000, goneMonoMs: 9000, by: 'either', outMonoMs: 9500 },
    ],
    [
      'ends when it went for the first time, and is out when we took out what came again',
      [{ ...clean, reads: [...reads, read(8500, true)] }],
      { untilMonoMs: 2000, goneMonoMs: 2510, by: 'others', outMonoMs: 9500 },
    ],
    [
      'ends with its beginning where no read ever saw it',
      [{ ...byGuardrail, reads: [read(1500, false)] }],
      { untilMonoMs: 1000, goneMonoMs: 1510, by: 'others', outMonoMs: 1510 },
    ],
    [
      'ends with the first of several faults that went, and is out with the last',
      [
        { ...byGuardrail, reads },
        { ...clean, reads: [read(8900, true)] },
      ],
      { untilMonoMs: 2000, goneMonoMs: 2510, by: 'others', outMonoMs: 9500 },
    ],
    [
      'ends when somebody altered it, and is then left in',
      [{ ...dirty, reads: [read(2000, true), { ...read(2500, false), instead: 'other' }] }],
      { untilMonoMs: 2000, goneMonoMs: 2510, by: 'others', outMonoMs: 9500, isAltered: true, isLeft: true },
    ],
    [
      'ends with the last read of all, where our revert found something else',
      [{ ...dirty, reads: [read(8000, true)] }],
      { untilMonoMs: 8000, goneMonoMs: 9000, by: 'either', outMonoMs: 9500, isLeft: true },
    ],
    [
      'lasts until our revert where that failed',
      [{ rollback: { verdict: 'dirty', reasonCode: 'revert-failed' }, reads: [read(8000, true)] }],
      { ...ours, isLeft: true },
    ],
    [
      'lasts until the end of an act, which nobody takes back',
      [{ definition: { kind: 'act' }, rollback: { verdict: 'none', reasonCode: 'nothing-to-revert' } }],
      ours,
    ],
    ['is unknown of what was refused', [{ status: 'refused' }], undefined],
  ];
  for (const [title, faults, expected] of cases) {
    it(title, () => expect(timeIn(faults.map(fault), 9500)).to.deep.equal(expected));
  }

  it('is told from when to when, and by whom', () => {
    expect(whenIn({ untilMonoMs: 9000, goneMonoMs: 9000, by: 'us' }, 1000)).to.equal(
      'It was in from 0 s to 8 s, when we took it back.',
    );
    expect(whenIn({ untilMonoMs: 2000, goneMonoMs: 2500, by: 'others' }, 1000)).to.equal(
      'It was in from 0 s to 1 s; by 1.5 s somebody else had taken it out.',
    );
    expect(whenIn({ untilMonoMs: 2000, goneMonoMs: 2500, by: 'either' }, 1000)).to.equal(
      'It was in from 0 s to 1 s; by 1.5 s somebody else may have taken it out, and our revert ended it.',
    );
    expect(whenIn({ untilMonoMs: 2000, goneMonoMs: 2500, by: 'others', isAltered: true }, 1000)).to.equal(
      'It was in from 0 s to 1 s; by 1.5 s somebody else had altered it.',
    );
    expect(whenIn({ untilMonoMs: 9000, goneMonoMs: 9000, by: 'us', isLeft: true }, 1000)).to.equal(
      'It was in from 0 s to 8 s, when we asked for it back; our revert did not end it for sure.',
    );
  });
});
