import { z } from 'zod';
import type { Clock } from '../../../model/clock.ts';

export type Labels = Readonly<Record<string, string>>;

/** An alert in the shape of Alertmanager's API v2: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
export interface GettableAlert {
  readonly fingerprint: string;
  readonly startsAt: string;
  readonly updatedAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly receivers: readonly { readonly name: string }[];
  readonly status: {
    readonly state: 'active';
    readonly silencedBy: readonly string[];
    readonly inhibitedBy: readonly string[];
    readonly mutedBy: readonly string[];
  };
}

const labelSet = z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string());
const dateTime = z.iso.datetime({ offset: true });

/** What Alertmanager accepts by POST. */
export const postableAlerts = z.array(
  z
    .object({
      labels: labelSet.refine((labels) => Object.values(labels).some((value) => value !== ''), {
        error: 'at least one label pair required',
      }),
      annotations: labelSet.default({}),
      startsAt: dateTime.optional(),
      endsAt: dateTime.optional(),
      generatorURL: z.string().default(''),
    })
    .refine(({ startsAt, endsAt }) => !startsAt || !endsAt || Date.parse(startsAt) <= Date.parse(endsAt), {
      error: 'start time must be before end time',
    }),
);

export type PostableAlert = z.input<typeof postableAlerts>[number];

/** Keeps the alerts that fire: each by its label set, until it is resolved or its end has come. */
export interface AlertStore {
  /** Starts an alert or keeps it going; without `endsAt` it ends five minutes from now. */
  readonly fire: (alert: PostableAlert) => void;
  readonly resolve: (labels: Labels) => void;
  /** Lists what fires now, in the order of its start. */
  readonly active: () => readonly GettableAlert[];
}

/** Alertmanager's `resolve_timeout`: https://prometheus.io/docs/alerting/latest/configuration/ */
const resolveTimeoutMs = 5 * 60_000;

export function createAlertStore(clock: Clock): AlertStore {
  const alerts = new Map<string, GettableAlert>();
  return {
    fire({ labels, annotations = {}, startsAt, endsAt, generatorURL = '' }) {
      const fingerprint = fingerprintOf(labels);
      const now = iso(clock.epochMs());
      const before = alerts.get(fingerprint);
      const firing = before !== undefined && Date.parse(before.endsAt) > clock.epochMs();
      alerts.set(fingerprint, {
        fingerprint,
        startsAt: startsAt === undefined ? (firing ? before.startsAt : now) : iso(Date.parse(startsAt)),
        updatedAt: now,
        endsAt: iso(endsAt === undefined ? clock.epochMs() + resolveTimeoutMs : Date.parse(endsAt)),
        generatorURL,
        labels,
        annotations,
        receivers: [{ name: 'default' }],
        status: { state: 'active', silencedBy: [], inhibitedBy: [], mutedBy: [] },
      });
    },
    resolve: (labels) => alerts.delete(fingerprintOf(labels)),
    active() {
      for (const [key, { endsAt }] of alerts) if (Date.parse(endsAt) <= clock.epochMs()) alerts.delete(key);
      return [...alerts.values()].toSorted((a, b) => a.startsAt.localeCompare(b.startsAt));
    },
  };
}

const utf8 = new TextEncoder();

/** Hashes a label set as Prometheus does (FNV-1a over sorted names and values, each closed by 0xFF). */
function fingerprintOf(labels: Labels): string {
  let hash = 0xcbf29ce484222325n;
  for (const [name, value] of Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    for (const byte of [...utf8.encode(name), 0xff, ...utf8.encode(value), 0xff]) {
      hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
    }
  }
  return hash.toString(16).padStart(16, '0');
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
