import { expect } from 'chai';
import { type AdmissionRules, answerReview, loadAdmissionRules } from './admission.ts';

function review(spec: object) {
  const request = { uid: 'u-1', kind: { group: '', version: 'v1', kind: 'Pod' }, object: { spec } };
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request };
}

describe('answerReview', () => {
  let rules: AdmissionRules;
  before(async () => {
    rules = await loadAdmissionRules();
  });
  const answer = (spec: object) => answerReview(rules, review(spec)) as { readonly response: object };

  it('lets a plain pod pass', () => {
    expect(answer({ containers: [{ name: 'main', image: 'x' }] }).response).to.deep.equal({
      uid: 'u-1',
      allowed: true,
    });
  });

  it('refuses a privileged pod on the host, with every reason', () => {
    const spec = { hostNetwork: true, containers: [{ name: 'main', securityContext: { privileged: true } }] };
    expect(answer(spec).response).to.deep.equal({
      uid: 'u-1',
      allowed: false,
      status: {
        code: 403,
        reason: 'Forbidden',
        message: "container 'main' is privileged; the pod shares the host's network",
      },
    });
  });

  it('refuses to answer what is no review', () => {
    expect(() => answerReview(rules, { kind: 'Pod' })).to.throw();
  });
});
