import type { AskedRight } from '../engine/rights.ts';
import type { ShareUse } from '../engine/shares.ts';
import { type ExitCode, exitCodes, RefusedError } from '../model/errors.ts';
import type { CommandDefinition } from './command.ts';
import { type CommonOptions, type PickOptions, withCommonOptions, withPickOptions } from './options.ts';

/** `windshear plan [scenario …]`: what a run would do. Reads files and asks for rights; starts and changes nothing. */
export const planCommand: CommandDefinition = {
  define: (command, host) => {
    withPickOptions(withCommonOptions(command))
      .argument('[scenario...]', 'scenarios by id, file or folder; all without')
      .action(async (names: readonly string[], options: CommonOptions & PickOptions) => {
        const [
          { loadFiles },
          { catalogue },
          { foldersOf },
          { pathsOf, pickScenarios },
          { runningStaging },
          { makePlan },
        ] = await Promise.all([
          import('../loading/load.ts'),
          import('../catalogue.ts'),
          import('../session/folders.ts'),
          import('../session/pick-scenarios.ts'),
          import('../session/staging.ts'),
          import('../session/plan.ts'),
        ]);
        const console = host.console(options);
        const staging = await runningStaging(foldersOf(console.cwd, options.reports));
        const pick = { names, tags: options.tag, grep: options.grep };
        const files = {
          environmentFile: options.config,
          environment: options.env,
          catalogue,
          scenarios: pathsOf(pick),
        };
        const { chosen, scenarios } = await loadFiles({ ...files, staging: staging?.state });
        const picked = pickScenarios(scenarios, pick);
        const { name: environmentName, environment } = chosen;
        const request = { environmentName, environment, scenarios: picked, trials: options.trials };
        const canAsk = environment.staging === 'live' || staging !== undefined;
        const asked = canAsk
          ? await askRights({ ...request, version: host.version, variables: console.variables })
          : undefined;
        const plan = {
          ...makePlan(request),
          ...(asked?.rights === undefined ? {} : { rights: asked.rights }),
          ...(asked?.shares === undefined ? {} : { shares: asked.shares }),
        };
        if (options.json === true) console.out(JSON.stringify(plan, null, 2));
        else {
          const { planText } = await import('./plan-text.ts');
          console.out(
            planText(plan, {
              ...console,
              showAccounts: options.showAccounts === true,
              asked: asked !== undefined,
              outsideWindow: await refusalNow(request),
            }),
          );
        }
        if (asked?.refusal !== undefined) console.err(`windshear: ${asked.refusal.message}`);
        const over = plan.budgets.some((use) => use.used > use.allowed);
        const code: ExitCode = over || asked?.refusal !== undefined ? exitCodes.refused : exitCodes.met;
        host.end(code);
      });
  },
};

/** A plan is made ahead: that a run now would be outside the windows is said, and no failure. */
async function refusalNow(
  request: Pick<import('../session/plan.ts').PlanRequest, 'environmentName' | 'environment' | 'scenarios'> & {
    readonly trials?: number | undefined;
  },
): Promise<string | undefined> {
  const [{ checkWindows }, { systemClock }] = await Promise.all([
    import('../engine/windows.ts'),
    import('../system/system-clock.ts'),
  ]);
  const { trials, ...rest } = request;
  try {
    checkWindows({ ...rest, ...(trials === undefined ? {} : { trials }), clock: systemClock });
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) return error.message;
    throw error;
  }
}

interface Asked {
  readonly shares?: readonly ShareUse[];
  readonly rights?: readonly AskedRight[];
  readonly refusal?: RefusedError;
}

async function askRights(
  request: Pick<import('../session/plan.ts').PlanRequest, 'environmentName' | 'environment' | 'scenarios'> & {
    readonly version: string;
    readonly variables: Readonly<Record<string, string | undefined>>;
  },
): Promise<Asked> {
  const [{ checkRights }, { checkShares }, { openTargets }] = await Promise.all([
    import('../engine/rights.ts'),
    import('../engine/shares.ts'),
    import('../session/open-environment.ts'),
  ]);
  const { targets, close } = await openTargets(request.environment, { ...request, notice: () => undefined });
  try {
    const never = new AbortController().signal;
    const asking = { ...request, targets, stop: never };
    return { shares: await checkShares(asking), rights: await checkRights(asking) };
  } catch (error) {
    if (error instanceof RefusedError) return { refusal: error };
    throw error;
  } finally {
    await close();
  }
}
