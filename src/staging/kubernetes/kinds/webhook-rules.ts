import type { Json } from '../../../model/json.ts';
import { at, isObject, listAt, textAt, textsAt, withDefaults } from '../objects/json.ts';
import { type FieldProblem, invalidValue, notServed, required } from '../objects/status.ts';
import type { KindRules } from './kind-rules.ts';

export const webhookRules: KindRules = {
  defaults: (configuration) => ({
    ...configuration,
    ...(configuration['webhooks'] !== undefined && {
      webhooks: listAt(configuration, 'webhooks').map(defaultWebhook),
    }),
  }),
  validate: (configuration) =>
    listAt(configuration, 'webhooks').flatMap((webhook, index) => webhookProblems(webhook, `webhooks[${index}]`)),
  hasGeneration: true,
};

function defaultWebhook(webhook: Json): Json {
  if (!isObject(webhook)) return webhook;
  const rules = listAt(webhook, 'rules').map((rule) => (isObject(rule) ? withDefaults(rule, { scope: '*' }) : rule));
  return withDefaults(
    { ...webhook, ...(webhook['rules'] !== undefined && { rules }) },
    {
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
    },
  );
}

function webhookProblems(webhook: Json, field: string): readonly FieldProblem[] {
  if (listAt(webhook, 'matchConditions').length > 0) throw notServed('A webhook has matchConditions in CEL.');
  if (at(webhook, 'clientConfig', 'service') !== undefined) throw notServed('A webhook is called through a Service.');
  const url = textAt(webhook, 'clientConfig', 'url');
  const timeout = at(webhook, 'timeoutSeconds');
  const versions = textsAt(webhook, 'admissionReviewVersions');
  if (versions.length > 0 && !versions.includes('v1')) throw notServed('A webhook reads AdmissionReview v1beta1 only.');
  return [
    ...((textAt(webhook, 'name') ?? '').split('.').length < 3
      ? [
          invalidValue(
            `${field}.name`,
            textAt(webhook, 'name') ?? '',
            'should be a domain with at least three segments separated by dots',
          ),
        ]
      : []),
    ...(url === undefined
      ? [required(`${field}.clientConfig`, 'exactly one of url or service is required')]
      : urlProblems(url, `${field}.clientConfig.url`)),
    ...(['None', 'NoneOnDryRun'].includes(textAt(webhook, 'sideEffects') ?? '')
      ? []
      : [required(`${field}.sideEffects`, 'must specify one of None, NoneOnDryRun')]),
    ...(versions.length === 0 ? [required(`${field}.admissionReviewVersions`, 'must specify one of v1, v1beta1')] : []),
    ...(typeof timeout === 'number' && (timeout < 1 || timeout > 30)
      ? [invalidValue(`${field}.timeoutSeconds`, timeout, 'the timeout value must be between 1 and 30 seconds')]
      : []),
  ];
}

/** Nothing but this machine is called. */
function urlProblems(url: string, field: string): readonly FieldProblem[] {
  const { protocol, hostname } = URL.parse(url) ?? { protocol: '', hostname: '' };
  if (protocol !== 'https:' && protocol !== 'http:') {
    return [invalidValue(field, url, "'https' is the only allowed URL scheme")];
  }
  if (hostname !== '127.0.0.1') throw notServed(`A webhook lies outside this machine, on ${hostname}.`);
  return [];
}
