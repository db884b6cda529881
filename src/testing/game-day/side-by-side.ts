/** Checks that need one scene, one after the other: what each claims, and how it is shown. */
export interface Sequence<Scene> {
  readonly open: () => Promise<Scene>;
  readonly checks: readonly (readonly [title: string, check: (scene: Scene) => Promise<void>])[];
  readonly close: (scene: Scene) => Promise<void>;
}

/**
 * Runs sequences at the same time, and defines an `it` for each of their checks. They spend their time waiting, so that
 * two or three share a machine well. To be called in a `describe` with a time-out that bears the longest of them.
 */
export function sideBySide<Scene>(sequences: readonly Sequence<Scene>[]): void {
  const shown = new Map<string, PromiseWithResolvers<void>>();
  let all: Promise<unknown> = Promise.resolve();

  before(() => {
    all = Promise.allSettled(sequences.map((sequence) => run(sequence, shown)));
  });

  for (const { checks } of sequences) {
    for (const [title] of checks) {
      const resolvers = Promise.withResolvers<void>();
      resolvers.promise.catch(() => undefined);
      shown.set(title, resolvers);
      it(title, () => resolvers.promise);
    }
  }

  after(() => all);
}

async function run<Scene>(
  sequence: Sequence<Scene>,
  shown: ReadonlyMap<string, PromiseWithResolvers<void>>,
): Promise<void> {
  let scene: Scene;
  try {
    scene = await sequence.open();
  } catch (error) {
    for (const [title] of sequence.checks) shown.get(title)?.reject(error);
    return;
  }
  for (const [title, check] of sequence.checks) {
    await check(scene).then(shown.get(title)?.resolve, shown.get(title)?.reject);
  }
  await sequence.close(scene);
}
