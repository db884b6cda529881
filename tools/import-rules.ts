/** A part of the house: which folder it is, what it may import of ours, and why no more. */
export interface Part {
  readonly name: string;
  /** Paths from the top folder; a folder ends in a slash. */
  readonly at: readonly string[];
  readonly may: readonly string[] | 'all';
  /** Parts whose types, and nothing else, may be imported. */
  readonly mayTypesOf?: readonly string[];
  /** Exceptions to `all`. */
  readonly mayNot?: readonly string[];
  /** Completes the sentence `<name> may import only <may>, because …`. */
  readonly because: string;
}

const plugins = ['faults', 'channels', 'formats', 'canaries', 'guardrails', 'probes', 'loads'] as const;

const pluginReason =
  'a plugin is one file that knows one platform or tool: clients come through ctx, and nothing reaches the engine';

/** The import directions of the project; a file belongs to the part with the longest matching path. */
export const parts: readonly Part[] = [
  {
    name: 'model',
    at: ['src/model/'],
    may: [],
    because: 'it is the pure middle that everything else stands on',
  },
  {
    name: 'system',
    at: ['src/system/'],
    may: ['model'],
    because: 'it is the real clock, disk and randomness behind the interfaces of model',
  },
  {
    name: 'loading',
    at: ['src/loading/'],
    may: ['model'],
    because: 'it reads files into the model; the catalogue comes in as a parameter',
  },
  {
    name: 'engine',
    at: ['src/engine/'],
    may: ['model'],
    because: 'it is generic: clock, disk, randomness, targets and plugins come in as parameters',
  },
  {
    name: 'targets',
    at: ['src/targets/'],
    may: ['model'],
    because: 'it only builds clients and proves staging',
  },
  plugin('faults', 'src/faults/'),
  plugin('guardrails', 'src/guardrails/'),
  plugin('probes', 'src/probes/'),
  plugin('loads', 'src/loads/'),
  {
    name: 'detectors',
    at: ['src/detectors/'],
    may: ['model'],
    because: 'it is what channels, formats and canaries have in common',
  },
  plugin('channels', 'src/detectors/channels/'),
  plugin('formats', 'src/detectors/formats/'),
  plugin('canaries', 'src/detectors/canaries/'),
  {
    name: 'scorecard',
    at: ['src/scorecard/'],
    may: ['model'],
    because: 'it turns the run record into results, whoever ran it',
  },
  {
    name: 'reporters',
    at: ['src/reporters/'],
    may: ['scorecard', 'model'],
    because: 'they post results and never take part in a run',
  },
  {
    name: 'live',
    at: ['src/live/'],
    may: ['model'],
    because: 'it shows events of a run and never takes part in it',
  },
  {
    name: 'staging',
    at: ['src/staging/'],
    may: ['model', 'system'],
    because: 'it runs in processes of its own and knows the harness no better than a real staging does',
  },
  {
    name: 'catalogue',
    at: ['src/catalogue.ts'],
    may: [...plugins, 'model'],
    because: 'it is the list of the plugins and nothing else',
  },
  {
    name: 'session',
    at: ['src/session/'],
    may: 'all',
    mayNot: ['cli', 'experiments', 'testing', 'index'],
    because: 'it is what command line and experiments have in common, and must stand without either',
  },
  {
    name: 'experiments',
    at: ['src/experiments/'],
    may: 'all',
    mayNot: ['cli', 'testing', 'index'],
    because: 'the mocha and chai adapter also works without the command line, and fakes are not shipped',
  },
  {
    name: 'cli',
    at: ['src/cli/'],
    may: 'all',
    mayNot: ['testing', 'index'],
    because: 'fakes are not shipped, and index is for users',
  },
  {
    name: 'index',
    at: ['src/index.ts'],
    may: 'all',
    mayNot: ['cli', 'testing'],
    because: 'importing the public API must not load commander, and fakes are not shipped',
  },
  { name: 'testing', at: ['src/testing/'], may: 'all', because: 'it tests them' },
  {
    name: 'game days',
    at: ['experiments/'],
    may: [],
    because: "they are written as a user writes them: with what 'windshear' exports",
  },
  { name: 'tools', at: ['tools/'], may: 'all', because: 'they build and check everything' },
];

function plugin(name: (typeof plugins)[number], at: string): Part {
  const may = at.startsWith('src/detectors/') ? ['model', 'detectors'] : ['model'];
  return { name, at: [at], may, mayTypesOf: ['targets'], because: pluginReason };
}
