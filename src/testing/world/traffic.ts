import { http } from '../../loads/http.ts';
import { defineLoad, type LoadDefinition } from '../../model/load.ts';
import type { HttpClients } from '../../targets/http/clients.ts';
import type { World } from './world.ts';

type Params = Parameters<typeof http.ratePerSecond>[0];

/** The HTTP load, whose service is the world. */
export function worldLoad(world: World): LoadDefinition<Params, unknown> {
  const { find: _nothing, prepare: _none, ...rest } = http;
  return defineLoad<Params, unknown>({
    ...rest,
    type: 'sim.load',
    target: 'aws',
    start: (ctx, params) => http.start({ ...ctx, clients: clientsOf(world) }, params),
  });
}

function clientsOf(world: World): HttpClients {
  const unused = async () => {
    throw new Error('A load sends traffic only.');
  };
  return {
    ask: unused,
    send: unused,
    browser: unused,
    traffic: () => ({
      send: () => {
        world.requests += 1;
        return { status: world.clock.sleep(1).then(() => world.answer()), abandon: () => undefined };
      },
      close: () => undefined,
    }),
  };
}
