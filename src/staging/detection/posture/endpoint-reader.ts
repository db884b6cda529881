import type { StateReader } from './checks.ts';

/** Less than the pause between two looks, so that a slow endpoint keeps no other check waiting. */
const answerWithinMs = 400;

/** Asks an inference endpoint as somebody who has no token. */
export function endpointReader(signal: AbortSignal): Pick<StateReader, 'answersAnybody'> {
  return {
    async answersAnybody(endpoint) {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'windshear-detection/1' },
        body: JSON.stringify({ prompt: 'posture' }),
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
      });
      await response.body?.cancel();
      return response.ok;
    },
  };
}
