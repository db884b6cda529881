import { z } from 'zod';
import { defineChannel } from '../../model/detector.ts';
import { durationSchema } from '../../model/fields.ts';
import { announced } from './announce.ts';
import { secretSchema } from './secret.ts';
import { serveWebhook } from './webhook-server.ts';
import { newToken, tokenOf } from './webhook-token.ts';

const params = z.strictObject({
  listen: z
    .strictObject({
      /** An address other than loopback must be written down on purpose. */
      host: z.string().min(1).default('127.0.0.1'),
      /** 0 lets the system choose. */
      port: z.number().int().min(0).max(65535).default(0),
    })
    .default({ host: '127.0.0.1', port: 0 }),
  /** Without one a token is drawn anew for each run. */
  token: secretSchema.optional(),
  /** Where the tool sends the token: as the first part of the path, or as a header (`Bearer ` before it is allowed). */
  tokenIn: z
    .union([
      z.literal('path'),
      z.strictObject({
        header: z
          .string()
          .regex(/^[A-Za-z0-9-]+$/)
          .transform((name) => name.toLowerCase()),
      }),
    ])
    .default('path'),
  /** How long a request may take to arrive in full. */
  bodyTimeout: durationSchema.default(10_000),
  /** Where our address is announced: PUT when open, DELETE when closed, body `{"url": …}`. */
  announce: z.strictObject({ url: z.url({ protocol: /^https?$/ }) }).optional(),
});

/**
 * Takes alerts that a tool posts. Each request is one payload: its body as sent, unpacked where gzip or deflate. It is
 * answered 202 as soon as it is complete, before anything is parsed. `arrivedMonoMs` is when the request's head reached
 * us: the alert cannot have been ours before, and by the time it is handed over it surely is, so that the two bound its
 * receipt honestly, however slowly a body comes.
 */
export const webhook = defineChannel({
  type: 'webhook',
  title: 'Webhook',
  description:
    'A server of our own, on loopback unless told otherwise, that takes POST and PUT. Requests without the token get 401, ' +
    'other methods 405, bodies over 10 MiB (unpacked) 413, unknown encodings 415, broken or empty bodies 400, slow ones ' +
    '408; all of them are counted as refused. Over 64 MiB of bodies at once get 503. Over 512 connections cut off the one ' +
    'that has sent no request for longest, and where there is none get no answer. What may have cost an alert counts as ' +
    'dropped, and silence then proves nothing.',
  params,
  example: params.parse({ announce: { url: 'http://127.0.0.1:9000/subscriptions' } }),
  delivery: 'push',
  async open(ctx, { listen, token: given, tokenIn, bodyTimeout, announce }) {
    const token = given === undefined ? newToken() : await tokenOf(given);
    const server = await serveWebhook({ ctx, listen, token, tokenIn, bodyTimeoutMs: bodyTimeout });
    const url = (shown: string) => (tokenIn === 'path' ? `${server.origin}/${shown}` : `${server.origin}/`);
    try {
      const withdraw = announce === undefined ? undefined : await announced(ctx, announce.url, url(token));
      return {
        // A token that the user named stays where it is kept; a drawn one must be shown to be of use.
        address: url(given === undefined ? token : '<token>'),
        async close() {
          await withdraw?.();
          await server.close();
        },
      };
    } catch (error) {
      await server.close();
      throw error;
    }
  },
});
