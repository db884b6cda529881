/**
 * Lists the emulator's whole environment: nothing of the surroundings but where programs are, so that no profile,
 * endpoint or container runtime of the user plays a part.
 */
export function emulatorEnvironment(account: string, region: string, scratch: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: scratch,
    TMPDIR: scratch,
    PYTHONDONTWRITEBYTECODE: '1',
    AUTH: 'true',
    BIND_HOST: '127.0.0.1',
    MINISTACK_ACCOUNT_ID: account,
    MINISTACK_REGION: region,
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    DOCKER_HOST: `unix://${scratch}/no-docker.sock`,
    LOG_LEVEL: 'WARNING',
  };
}
