import { plainDetector, plainEnvironment } from './plain.ts';
import type { DetectorStory, ScenarioStory, Story } from './story.ts';

/** Leaves out of a story what it needs not, as long as it still fails; answers the smallest that was found. */
export async function shrink(story: Story, fails: (smaller: Story) => Promise<boolean>): Promise<Story> {
  let best = story;
  for (let again = true; again; ) {
    again = false;
    for (const smaller of smallerOnes(best)) {
      if (!(await fails(smaller))) continue;
      best = smaller;
      again = true;
      break;
    }
  }
  return best;
}

/** Stories with one thing less, the largest steps first. */
function* smallerOnes(story: Story): Generator<Story> {
  const { scenarios, troubles, guards, detectors } = story;
  if (scenarios.length > 3) {
    const half = scenarios.length >> 1;
    yield { ...story, scenarios: scenarios.slice(half) };
    yield { ...story, scenarios: scenarios.slice(0, half) };
  }
  if (scenarios.length > 1) for (const one of scenarios) yield { ...story, scenarios: without(scenarios, one) };
  for (const one of troubles) yield { ...story, troubles: without(troubles, one) };
  for (const one of guards) yield { ...story, guards: without(guards, one) };
  if (detectors.length > 1) {
    for (const one of detectors) {
      const kept = scenarios.map((scenario) => ({
        ...scenario,
        detections: scenario.detections.filter((e) => e.detector !== one.name),
        blind: scenario.blind.filter((e) => e.detector !== one.name),
      }));
      yield { ...story, detectors: without(detectors, one), scenarios: kept };
    }
  }
  for (const one of scenarios)
    for (const simpler of simplerScenarios(one)) yield { ...story, scenarios: replaced(scenarios, one, simpler) };
  for (const one of detectors)
    for (const simpler of plainer(one, plainDetector()).filter(isPossible))
      yield { ...story, detectors: replaced(detectors, one, simpler) };
  for (const environment of plainer(story.environment, plainEnvironment)) yield { ...story, environment };
  yield* settledSooner(story);
}

function* simplerScenarios(one: ScenarioStory): Generator<ScenarioStory> {
  if (one.hits !== undefined) yield omit(one, 'hits');
  else if (one.trials > 1) yield { ...one, trials: one.trials - 1 };
  if (one.control.length > 0) yield { ...one, control: [] };
  if (one.holdMs !== undefined) yield omit(one, 'holdMs');
  if (one.maxExposureMs !== undefined) yield omit(one, 'maxExposureMs');
  if (one.faults.length > 1) for (const fault of one.faults) yield { ...one, faults: without(one.faults, fault) };
  for (const e of one.detections) yield { ...one, detections: without(one.detections, e) };
  for (const e of one.guardrails) yield { ...one, guardrails: without(one.guardrails, e) };
  for (const e of one.blind) yield { ...one, blind: without(one.blind, e) };
  for (const e of one.detections) {
    if (e.severity !== undefined) yield { ...one, detections: replaced(one.detections, e, omit(e, 'severity')) };
  }
}

/** How long a resource takes to show a change is its own: all that is done to it says the same. */
function* settledSooner(story: Story): Generator<Story> {
  const all = story.scenarios.flatMap(({ faults, control }) => [...faults, ...control]);
  const slow = new Set(all.flatMap(({ settleMs, resource }) => (settleMs > 0 ? [resource] : [])));
  for (const resource of slow) {
    const settled = (faults: ScenarioStory['faults']) =>
      faults.map((fault) => (fault.resource === resource ? { ...fault, settleMs: 0 } : fault));
    const scenarios = story.scenarios.map((one) => ({
      ...one,
      faults: settled(one.faults),
      control: settled(one.control),
    }));
    yield { ...story, scenarios };
  }
}

/** Only a store can be polled for what it shows. */
function isPossible({ delivery, toolCanary }: DetectorStory): boolean {
  return delivery === 'store' || toolCanary !== 'poll';
}

/** Copies with one field as plain as it gets. */
function* plainer<T extends object>(one: T, plain: T): Generator<T> {
  for (const key of Object.keys(plain) as (keyof T)[]) {
    if (key === 'name' || key === 'covers') continue;
    if (JSON.stringify(one[key]) !== JSON.stringify(plain[key])) yield { ...one, [key]: plain[key] };
  }
}

function without<T>(list: readonly T[], one: T): T[] {
  return list.filter((other) => other !== one);
}

function replaced<T>(list: readonly T[], one: T, other: T): T[] {
  return list.map((each) => (each === one ? other : each));
}

function omit<T extends object, K extends keyof T>(one: T, key: K): Omit<T, K> {
  const { [key]: _gone, ...rest } = one;
  return rest;
}
