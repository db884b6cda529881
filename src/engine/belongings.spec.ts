import { expect } from 'chai';
import { epoch0, heard, t0 } from '../testing/facts.ts';
import { belongingsOf } from './belongings.ts';
import { subjectsFrom, type TrialView } from './correlate.ts';
import type { HeardSignal } from './heard.ts';
import type { Trial } from './trial-state.ts';

const bucket = 'arn:aws:s3:::models';
const subjects = subjectsFrom([bucket]);
const injecting: TrialView = {
  marker: 'wsaaaaaaaaaaaa',
  t0,
  ourActors: [],
  revertsAsOther: true,
  faultSubjects: subjects,
  controlSubjects: subjects,
};
const revertRequested = { monoMs: t0.monoMs + 1000, epochMs: t0.epochMs + 1000 };

function on(resource: string, atMs: number, detector = 'rules'): HeardSignal {
  const eventTime = new Date(epoch0 + t0.monoMs + atMs).toISOString();
  return heard(atMs, { eventTime, resource: { arn: resource } }, { detector });
}

function trialThatHeard(...signals: readonly HeardSignal[]): Trial & { readonly heard: HeardSignal[] } {
  const deps = { request: { environment: { detectors: {} } } };
  return { deps, heard: [...signals] } as unknown as Trial;
}

function whose(trial: Trial, view: TrialView = injecting): readonly string[] {
  return belongingsOf(trial, 'rules', view).map((one) => one.whose);
}

describe('belongingsOf', () => {
  it('tells of the signals of one detector whose they are', () => {
    const trial = trialThatHeard(on(bucket, 100), on(bucket, 200, 'posture'), on('arn:aws:s3:::elsewhere', 300));
    expect(whose(trial)).to.deep.equal(['fault', 'other']);
  });

  it('tells of what was heard since it was asked last', () => {
    const trial = trialThatHeard(on(bucket, 100));
    expect(whose(trial)).to.deep.equal(['fault']);
    trial.heard.push(on(bucket, 200, 'posture'), on('arn:aws:s3:::elsewhere', 300));
    expect(whose(trial)).to.deep.equal(['fault', 'other']);
  });

  it('weighs again what it has weighed once the trial has acted on', () => {
    const trial = trialThatHeard(on(bucket, 5000));
    expect(whose(trial)).to.deep.equal(['fault']);
    expect(whose(trial, { ...injecting, revertRequested })).to.deep.equal(['ours']);
    const more = { ...injecting, revertRequested, faultSubjects: subjectsFrom(['arn:aws:s3:::other']) };
    const alone = { ...more, controlSubjects: subjectsFrom([]) };
    expect(whose(trial, alone)).to.deep.equal(['other']);
  });

  it('weighs nothing twice where nothing has changed', () => {
    const trial = trialThatHeard(on(bucket, 100));
    const first = belongingsOf(trial, 'rules', injecting);
    expect(belongingsOf(trial, 'rules', { ...injecting })).to.equal(first);
    trial.heard.push(on(bucket, 200));
    expect(belongingsOf(trial, 'rules', injecting)[0]).to.equal(first[0]);
  });
});
