import type { CallRecord } from './call.ts';
import type { TargetKind } from './fault.ts';
import type { Marker, Phase } from './marker.ts';
import type { PeerSet } from './peers.ts';
import type { NoteProgram } from './program.ts';

/** Who we are at a target: the session's own ARN or user name, and its account or cluster. */
export interface Identity {
  readonly arn: string;
  readonly account?: string;
}

/** One listed proof that this is staging, and whether it holds. */
export interface ProofResult {
  readonly kind: 'identity' | 'beacon' | 'host';
  readonly what: string;
  readonly expected: string;
  readonly got: string;
  readonly holds: boolean;
}

export interface RightCheck {
  readonly action: string;
  readonly as: 'tester' | 'revert';
  readonly answer: 'allowed' | 'denied' | 'unproven';
  readonly why: string;
}

/** Clients of one identity, marker and phase. Every call they make is recorded. */
export interface TargetSession {
  readonly clients: unknown;
  readonly identity: Identity;
  readonly calls: () => readonly CallRecord[];
}

/** A system under test, with pinned endpoint and credentials. `inject`, `control` and `canary` act as the tester; `observe` and `revert` as `revertAs`. */
export interface Target {
  readonly kind: TargetKind;
  readonly prove: (signal: AbortSignal) => Promise<readonly ProofResult[]>;
  /** Obtains credentials whose session name carries marker and phase, checks the identity, builds clients. */
  readonly session: (phase: Phase, marker: Marker, signal: AbortSignal) => Promise<TargetSession>;
  readonly checkRights: (
    request: {
      readonly as: 'tester' | 'revert';
      readonly actions: readonly string[];
      readonly resources: readonly string[];
    },
    signal: AbortSignal,
  ) => Promise<readonly RightCheck[]>;
  /** Counts what exists beside the named resources, for `budgets.share`; absent where nothing can be counted. Only reads. */
  readonly countPeers?: (resources: readonly string[], signal: AbortSignal) => Promise<readonly PeerSet[]>;
  /** Loads what calls of these actions need, so that no trial has to wait for it. */
  readonly prepare?: (actions: readonly string[]) => Promise<void>;
  /** Where it starts programs of this machine: they are written down from now on, before they do anything. */
  readonly notePrograms?: (note: NoteProgram) => void;
  readonly close: () => Promise<void>;
}
