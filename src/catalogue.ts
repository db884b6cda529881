import { awsCall as awsCallCanary } from './detectors/canaries/aws.call.ts';
import { heartbeat } from './detectors/canaries/heartbeat.ts';
import { httpRequest } from './detectors/canaries/http.request.ts';
import { kubernetesGet } from './detectors/canaries/kubernetes.get.ts';
import { poll } from './detectors/canaries/poll.ts';
import { fileTail } from './detectors/channels/file-tail.ts';
import { httpPoll } from './detectors/channels/http-poll.ts';
import { kubernetesWatch } from './detectors/channels/kubernetes-watch.ts';
import { sqs } from './detectors/channels/sqs.ts';
import { webhook } from './detectors/channels/webhook.ts';
import { alertmanager } from './detectors/formats/alertmanager.ts';
import { argocdApplication } from './detectors/formats/argocd-application.ts';
import { cloudevents } from './detectors/formats/cloudevents.ts';
import { cloudtrail } from './detectors/formats/cloudtrail.ts';
import { eventbridge } from './detectors/formats/eventbridge.ts';
import { falco } from './detectors/formats/falco.ts';
import { fluxEvent } from './detectors/formats/flux-event.ts';
import { gatekeeperConstraint } from './detectors/formats/gatekeeper-constraint.ts';
import { k8sAudit } from './detectors/formats/k8s-audit.ts';
import { k8sEvent } from './detectors/formats/k8s-event.ts';
import { mapped } from './detectors/formats/mapped.ts';
import { ocsf } from './detectors/formats/ocsf.ts';
import { opaDecisionLog } from './detectors/formats/opa-decision-log.ts';
import { policyReport } from './detectors/formats/policy-report.ts';
import { endpointExposed } from './faults/app/endpoint-exposed.ts';
import { modelSwapped } from './faults/app/model-swapped.ts';
import { regionOutage } from './faults/app/region-outage.ts';
import { rogueInstance } from './faults/aws/autoscaling.rogue-instance.ts';
import { awsCall } from './faults/aws/call.ts';
import { stopLogging } from './faults/aws/cloudtrail.stop-logging.ts';
import { accessKey } from './faults/aws/iam.access-key.ts';
import { attachManagedPolicy } from './faults/aws/iam.attach-managed-policy.ts';
import { trustPolicy } from './faults/aws/iam.trust-policy.ts';
import { lambdaEnvironment } from './faults/aws/lambda.environment.ts';
import { bucketPolicyPublic } from './faults/aws/s3.bucket-policy-public.ts';
import { publicAccessBlock } from './faults/aws/s3.public-access-block.ts';
import { external } from './faults/external.ts';
import { httpRequest as httpRequestFault } from './faults/http/request.ts';
import { admissionWebhookDisabled } from './faults/kubernetes/admission-webhook-disabled.ts';
import { kubernetesApply } from './faults/kubernetes/apply.ts';
import { clusterAdminBinding } from './faults/kubernetes/cluster-admin-binding.ts';
import { kubernetesDelete } from './faults/kubernetes/delete.ts';
import { imageDrift } from './faults/kubernetes/image-drift.ts';
import { networkPolicyDelete } from './faults/kubernetes/network-policy-delete.ts';
import { kubernetesPatch } from './faults/kubernetes/patch.ts';
import { roguePod } from './faults/kubernetes/rogue-pod.ts';
import { secretRead } from './faults/kubernetes/secret-read.ts';
import { serviceAccountSprawl } from './faults/kubernetes/service-account-sprawl.ts';
import { processExec } from './faults/process/exec.ts';
import { awsDenial } from './guardrails/aws-denial.ts';
import { failover } from './guardrails/failover.ts';
import { kubernetesAdmission } from './guardrails/kubernetes-admission.ts';
import { reconciler } from './guardrails/reconciler.ts';
import { reverter } from './guardrails/reverter.ts';
import { s3BlockPublicAccess } from './guardrails/s3-block-public-access.ts';
import { http as httpLoad } from './loads/http.ts';
import { k6 } from './loads/k6.ts';
import type { Catalogue } from './model/catalogue.ts';
import type {
  AnyCanary,
  AnyChannel,
  AnyFormat,
  CanaryDefinition,
  ChannelDefinition,
  FormatDefinition,
} from './model/detector.ts';
import type { AnyFault, FaultDefinition } from './model/fault.ts';
import type { AnyGuardrail, GuardrailDefinition } from './model/guardrail.ts';
import type { AnyLoad, LoadDefinition } from './model/load.ts';
import type { AnyProbe, ProbeDefinition } from './model/probe.ts';
import { awsReachability } from './probes/aws.reachability.ts';
import { browserJourney } from './probes/browser.journey.ts';
import { httpAvailability } from './probes/http.availability.ts';
import { httpLatency } from './probes/http.latency.ts';
import { kubernetesReadiness } from './probes/kubernetes.readiness.ts';

/** Every plugin that comes with windshear. Loading it loads no client library. */
export const catalogue: Catalogue = {
  faults: byType([
    fault(attachManagedPolicy),
    fault(trustPolicy),
    fault(accessKey),
    fault(publicAccessBlock),
    fault(bucketPolicyPublic),
    fault(lambdaEnvironment),
    fault(rogueInstance),
    fault(stopLogging),
    fault(awsCall),
    fault(roguePod),
    fault(clusterAdminBinding),
    fault(imageDrift),
    fault(serviceAccountSprawl),
    fault(secretRead),
    fault(networkPolicyDelete),
    fault(admissionWebhookDisabled),
    fault(kubernetesApply),
    fault(kubernetesPatch),
    fault(kubernetesDelete),
    fault(regionOutage),
    fault(endpointExposed),
    fault(modelSwapped),
    fault(httpRequestFault),
    fault(processExec),
    fault(external),
  ]),
  channels: byType([channel(webhook), channel(fileTail), channel(sqs), channel(httpPoll), channel(kubernetesWatch)]),
  formats: byType([
    format(ocsf),
    format(eventbridge),
    format(cloudtrail),
    format(cloudevents),
    format(alertmanager),
    format(falco),
    format(k8sAudit),
    format(k8sEvent),
    format(policyReport),
    format(gatekeeperConstraint),
    format(argocdApplication),
    format(fluxEvent),
    format(opaDecisionLog),
    format(mapped),
  ]),
  canaries: byType([
    canary(awsCallCanary),
    canary(kubernetesGet),
    canary(httpRequest),
    canary(heartbeat),
    canary(poll),
  ]),
  guardrails: byType([
    guardrail(awsDenial),
    guardrail(s3BlockPublicAccess),
    guardrail(reverter),
    guardrail(kubernetesAdmission),
    guardrail(reconciler),
    guardrail(failover),
  ]),
  probes: byType([
    probe(awsReachability),
    probe(kubernetesReadiness),
    probe(httpAvailability),
    probe(httpLatency),
    probe(browserJourney),
  ]),
  loads: byType([load(httpLoad), load(k6)]),
};

function byType<Plugin extends { readonly type: string }>(plugins: readonly Plugin[]): ReadonlyMap<string, Plugin> {
  return new Map(plugins.map((plugin) => [plugin.type, plugin]));
}

// A plugin's own params and clients are forgotten here: its schema has parsed what it is handed.

function fault<Params, Clients>(definition: FaultDefinition<Params, Clients>): AnyFault {
  return definition as unknown as AnyFault;
}

function channel<Params>(definition: ChannelDefinition<Params>): AnyChannel {
  return definition as unknown as AnyChannel;
}

function format<Params>(definition: FormatDefinition<Params>): AnyFormat {
  return definition as unknown as AnyFormat;
}

function canary<Params>(definition: CanaryDefinition<Params>): AnyCanary {
  return definition as unknown as AnyCanary;
}

function guardrail<Params>(definition: GuardrailDefinition<Params>): AnyGuardrail {
  return definition as unknown as AnyGuardrail;
}

function probe<Params, Clients>(definition: ProbeDefinition<Params, Clients>): AnyProbe {
  return definition as unknown as AnyProbe;
}

function load<Params, Clients>(definition: LoadDefinition<Params, Clients>): AnyLoad {
  return definition as unknown as AnyLoad;
}
