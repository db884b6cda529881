import { open } from 'node:fs/promises';
import type { Catalogue } from '../model/catalogue.ts';
import type { BoundFormat } from '../model/detector.ts';
import { exitCodes, UsageError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { suggestion } from '../model/nearest.ts';
import { schemaProblems } from '../model/schema-problems.ts';
import { parseYaml } from '../model/yaml-source.ts';
import type { CommandDefinition } from './command.ts';
import type { Console } from './console.ts';

interface ParseOptions {
  readonly params?: string;
}

const largestBytes = 256 * 1024 * 1024;

/** `windshear parse <format> [file]`: raw alerts in, signals in normal form out, a JSON object a line. */
export const parseCommand: CommandDefinition = {
  define: (command, host) => {
    command
      .argument('<format>', 'a format, or several from the outermost in: eventbridge,ocsf')
      .argument('[file]', 'raw alerts as JSON or JSON lines; stdin without')
      .option('--params <json>', 'params of the last format, such as the pointers of mapped')
      .action(async (formats: string, file: string | undefined, options: ParseOptions) => {
        const [{ parseAlerts }, { catalogue }, { plainText }] = await Promise.all([
          import('../detectors/parse.ts'),
          import('../catalogue.ts'),
          import('../scorecard/plain-text.ts'),
        ]);
        const console = host.console({});
        const bound = bindFormats(formats, options.params, catalogue);
        const { signals, ignored, problems } = parseAlerts(bound, await bytesOf(file, console));
        for (const signal of signals) console.out(JSON.stringify(signal));
        for (const problem of problems) console.err(`windshear: ${plainText(problem)}`);
        if (signals.length === 0 && problems.length === 0) {
          console.err(
            `windshear: No alert in ${file ?? 'stdin'}; ${ignored} ignored, as '${formats}' ignores what is none.`,
          );
        }
        // A file in which nothing fits is most likely of another format.
        host.end(problems.length > 0 && signals.length === 0 ? exitCodes.usage : exitCodes.met);
      });
  },
};

function bindFormats(names: string, params: string | undefined, catalogue: Catalogue): readonly BoundFormat[] {
  const types = names.split(',').map((name) => name.trim());
  return types.map((type, index) => {
    const definition = catalogue.formats.get(type);
    if (definition === undefined) {
      throw new UsageError(`There is no format '${type}'${suggestion(type, catalogue.formats.keys())}`);
    }
    const given = index === types.length - 1 && params !== undefined ? jsonOf(params) : {};
    const parsed = definition.params.safeParse(given);
    if (parsed.success) return { definition, params: parsed.data };
    const source = parseYaml('--params', JSON.stringify(given));
    const problems = schemaProblems(parsed.error, { source, schema: definition.params, value: given, isPlain: true });
    const told = problems.map(({ message }) => message).join(' ');
    throw new UsageError(`The format '${type}' needs other params (--params): ${told}`);
  });
}

function jsonOf(text: string): Json {
  try {
    const value = JSON.parse(text) as Json;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new UsageError(`--params must be a JSON object, such as '{"rule":"/rule"}'.`);
    return value;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--params is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function bytesOf(file: string | undefined, console: Console): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of file === undefined ? console.stdin : await chunksOf(file)) {
    length += chunk.length;
    if (length > largestBytes) throw new UsageError(`${file ?? 'stdin'} is over the limit of 256 MiB; split it.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function chunksOf(file: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    const handle = await open(file, 'r');
    if ((await handle.stat()).isFile()) return handle.createReadStream() as AsyncIterable<Uint8Array>;
    await handle.close();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read: ${code}.`);
  }
  throw new UsageError(`${file} is not a file.`);
}
