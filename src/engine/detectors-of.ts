import type { BoundScenario } from '../model/run.ts';

/** Detectors that a scenario expects anything of. */
export function detectorsOf(bound: BoundScenario): readonly string[] {
  const { detections, blind } = bound.scenario.expect;
  return [...new Set([...detections, ...blind].map((e) => e.detector))];
}
