import { runScenarios } from '../../engine/run.ts';
import type { DetectorConfig } from '../../model/environment.ts';
import { worldEnvironment, worldRequest, worldScenario } from './request.ts';
import type { World } from './world.ts';

/** Runs two trials on one bucket, seen by a detector `rules` that groups as declared. */
export async function runTwoTrials(at: World, rearm: DetectorConfig['rearm']) {
  const environment = worldEnvironment(at);
  const { rules } = environment.detectors;
  if (rules === undefined) throw new Error('No detector.');
  const scenario = worldScenario(at, {
    ...{ id: 'flip', trials: 2, faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }] },
    expect: { detections: [{ detector: 'rules', rule: 'public', within: '1s' }] },
  });
  const detectors = { rules: { ...rules, rearm } };
  return runScenarios(worldRequest(at, [scenario], { environment: { ...environment, detectors } }));
}
