/** What every AWS client of the staging's children is given: one endpoint, pinned keys, nothing from the surroundings. */
export interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
  };
  readonly userAgent: string;
}

/** Turns the settings into a client's configuration; profiles, environment and instance metadata play no part. */
export function clientConfig({ endpoint, region, credentials, userAgent }: ClientSettings) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return {
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    customUserAgent: userAgent,
    maxAttempts: 1,
  };
}
