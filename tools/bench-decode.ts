import { decode } from '../src/detectors/decode.ts';
import { falco } from '../src/detectors/formats/falco.ts';
import type { AnyFormat } from '../src/model/detector.ts';

export interface DecodeFigures {
  /** Falco alerts a second through `decode`, bytes to normal form; median of the rounds. */
  readonly decodedPerSecond: number;
  /** The same alerts through text decoding and plain `JSON.parse`, which rounds their nanoseconds. */
  readonly parsedPerSecond: number;
  readonly ratio: number;
}

/** Measures how fast pushed alerts are taken in against plain `JSON.parse` of the same bytes. */
export function benchDecode({ rounds = 9, alerts = 20_000 } = {}): DecodeFigures {
  const payloads = Array.from({ length: 64 }, (_, n) =>
    Buffer.from(JSON.stringify(alert(n)).replaceAll('"@', '').replaceAll('@"', '')),
  );
  const formats = [{ definition: falco as unknown as AnyFormat, params: {} }];
  const utf8 = new TextDecoder();
  const decodeOne = (bytes: Uint8Array) => decode({ bytes, arrivedMonoMs: 0 }, formats).signals.length;
  const parseOne = (bytes: Uint8Array) => (JSON.parse(utf8.decode(bytes)) === null ? 0 : 1);
  const decoded: number[] = [];
  const parsed: number[] = [];
  for (let round = 0; round < rounds; round++) {
    parsed.push(rate(parseOne, payloads, alerts));
    decoded.push(rate(decodeOne, payloads, alerts));
  }
  const [decodedPerSecond, parsedPerSecond] = [median(decoded), median(parsed)];
  return { decodedPerSecond, parsedPerSecond, ratio: decodedPerSecond / parsedPerSecond };
}

/** An alert as Falco writes them: `@` stands where a nanosecond count is no string. */
function alert(n: number): object {
  const nanos = 1_795_377_616_000_000_000n + BigInt(n) * 1_234_567n;
  return {
    hostname: `node-${n % 8}`,
    output: `20:00:16.464550037: Notice A shell was spawned in a container with an attached terminal | evt_type=execve user=root user_uid=0 user_loginuid=-1 process=sh proc_exepath=/bin/busybox parent=runc command=sh -c id; cat /etc/passwd terminal=34816 exe_flags=EXE_WRITABLE container_id=${n}2fe2ae802f container_name=box k8s_pod_name=<NA> k8s_ns_name=<NA>`,
    output_fields: {
      'container.id': `${n}2fe2ae802f`,
      'container.image.repository': 'docker.io/library/alpine',
      'container.image.tag': '3.22',
      'container.name': 'box',
      'evt.arg.flags': 'EXE_WRITABLE|EXE_LOWER_LAYER',
      'evt.time': `@${nanos}@`,
      'evt.type': 'execve',
      'k8s.ns.name': null,
      'k8s.pod.name': null,
      'proc.cmdline': 'sh -c id; cat /etc/passwd',
      'proc.exepath': '/bin/busybox',
      'proc.name': 'sh',
      'proc.pname': 'runc',
      'proc.tty': 34816,
      'user.loginuid': -1,
      'user.name': 'root',
      'user.uid': 0,
    },
    priority: 'Notice',
    rule: 'Shell in a container',
    source: 'syscall',
    tags: ['T1059', 'container', 'maturity_stable', 'mitre_execution', 'shell'],
    time: '2026-11-22T20:00:16.464550037Z',
  };
}

function rate(one: (bytes: Uint8Array) => number, payloads: readonly Uint8Array[], alerts: number): number {
  let read = 0;
  const began = performance.now();
  for (let n = 0; n < alerts; n++) read += one(payloads[n % payloads.length] ?? new Uint8Array());
  const seconds = (performance.now() - began) / 1000;
  if (read !== alerts) throw new Error(`${read} of ${alerts} alerts were read`);
  return alerts / seconds;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (import.meta.main) {
  const { decodedPerSecond, parsedPerSecond, ratio } = benchDecode();
  console.log(
    `decode ${Math.round(decodedPerSecond)}/s · JSON.parse ${Math.round(parsedPerSecond)}/s · ratio ${ratio.toFixed(2)}`,
  );
}
