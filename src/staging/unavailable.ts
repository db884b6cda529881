import { exitCodes, WindshearError } from '../model/errors.ts';

/** Is thrown when the embedded staging cannot be brought up on this machine; nothing has been injected. */
export class StagingUnavailable extends WindshearError {
  constructor(why: string, options?: ErrorOptions) {
    super('staging-unavailable', exitCodes.unreachable, `${why} ${elsewhere}`, options);
  }
}

const elsewhere =
  'Or name any other AWS endpoint in windshear.yaml (targets.aws.endpoint of an environment) instead of the embedded staging.';
