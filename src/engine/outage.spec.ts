import { expect } from 'chai';
import { newOutage } from './outage.ts';

describe('newOutage', () => {
  it('says the same reason once, another one, and the end with how often it failed', () => {
    const lines: string[] = [];
    const outage = newOutage('Poll of posture', (line) => lines.push(line));
    outage.over();
    for (const reason of ['refused', 'refused', 'refused', 'timed out']) outage.failed(reason);
    outage.over();
    outage.over();
    expect(lines).to.deep.equal([
      'Poll of posture failed: refused.',
      'Poll of posture failed: timed out.',
      'Poll of posture works again after 4 failures.',
    ]);
  });

  it('says a reason again that comes back after it was over', () => {
    const lines: string[] = [];
    const outage = newOutage('Poll', (line) => lines.push(line));
    outage.failed('refused');
    outage.over();
    outage.failed('refused');
    expect(lines).to.deep.equal([
      'Poll failed: refused.',
      'Poll works again after one failure.',
      'Poll failed: refused.',
    ]);
  });
});
