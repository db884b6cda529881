import { environmentSubject, scenarioSubject } from './files.ts';
import { payloadSubjects } from './payloads.ts';
import type { Subject } from './subject.ts';

/** Everything that takes input from outside: files that people write, and alerts that tools send. */
export const subjects: readonly Subject[] = [scenarioSubject(), environmentSubject, ...payloadSubjects];
