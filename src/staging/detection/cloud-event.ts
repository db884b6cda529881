/** A structured CloudEvent: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Readonly<Record<string, unknown>>;
}

export interface CloudEventParts {
  readonly detector: 'identity' | 'profile' | 'audit';
  readonly kind: string;
  readonly id: string;
  /** When what it tells of happened. */
  readonly time: string;
  /** When the detector noticed it. */
  readonly alertTime?: string;
  readonly subject?: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Makes an event of type `io.windshear.<detector>.<kind>`. */
export function cloudEvent({ detector, kind, id, time, alertTime, subject, data }: CloudEventParts): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source: `urn:windshear:staging:${detector}`,
    type: `io.windshear.${detector}.${kind}`,
    ...(subject !== undefined && { subject }),
    time,
    datacontenttype: 'application/json',
    data: { ...data, ...(alertTime !== undefined && { alertTime }) },
  };
}
