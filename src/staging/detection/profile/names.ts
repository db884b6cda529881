/** The names that differ from one staging to the next; the state file and the start-up hold them alike. */
export interface StagingNames {
  readonly account: string;
  readonly secondAccount: string;
  readonly buckets: { readonly models: string; readonly modelsGuarded: string };
  readonly lambda: { readonly function: string };
  readonly autoscaling: { readonly group: string; readonly launchTemplate: string; readonly image: string };
  readonly trails: { readonly primary: string; readonly regional: string };
}

/** Puts a staging's own names where a recording has `{account}`, `{models}`, `{launchTemplate}` and the like. */
export function withNames(text: string, names: StagingNames): string {
  return placeholders(names).reduce((known, [mark, name]) => known.replaceAll(mark, name), text);
}

/** Does the reverse, the longest names first, so that a recording fits every staging. */
export function withoutNames(text: string, names: StagingNames): string {
  return placeholders(names)
    .toSorted(([, a], [, b]) => b.length - a.length)
    .reduce((known, [mark, name]) => known.replaceAll(name, mark), text);
}

function placeholders(names: StagingNames): readonly (readonly [mark: string, name: string])[] {
  return [
    ['{trailPrimary}', names.trails.primary],
    ['{trailRegional}', names.trails.regional],
    ['{models}', names.buckets.models],
    ['{modelsGuarded}', names.buckets.modelsGuarded],
    ['{function}', names.lambda.function],
    ['{group}', names.autoscaling.group],
    ['{launchTemplate}', names.autoscaling.launchTemplate],
    ['{image}', names.autoscaling.image],
    ['{account}', names.account],
    ['{secondAccount}', names.secondAccount],
  ];
}
