import type { Story } from '../story.ts';
import { shrunkAmbiguous } from './ambiguous.ts';
import { shrunkBlindness } from './blindness.ts';
import { shrunkControls } from './controls.ts';
import { shrunkDetections } from './detections.ts';
import { shrunkFailedRequests } from './failed-requests.ts';
import { shrunkGuardrails } from './guardrails.ts';
import { shrunkKnownAlerts } from './known-alerts.ts';
import { shrunkOthersChanges } from './others-changes.ts';
import { shrunkOutages } from './outages.ts';
import { shrunkRecovery } from './recovery.ts';
import { shrunkReopenedAlerts } from './reopened-alerts.ts';
import { shrunkSetClocks } from './set-clocks.ts';
import { shrunkStalls } from './stalls.ts';
import { shrunkTimes } from './times.ts';

/** Every story that a failing seed had shrunk to, by what holds in it now. */
export const shrunkStories: Readonly<Record<string, Story>> = {
  ...shrunkSetClocks,
  ...shrunkFailedRequests,
  ...shrunkOthersChanges,
  ...shrunkAmbiguous,
  ...shrunkBlindness,
  ...shrunkControls,
  ...shrunkDetections,
  ...shrunkGuardrails,
  ...shrunkKnownAlerts,
  ...shrunkOutages,
  ...shrunkRecovery,
  ...shrunkReopenedAlerts,
  ...shrunkTimes,
  ...shrunkStalls,
};
