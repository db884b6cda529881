import type { ChannelContext } from '../../model/detector.ts';

/** Cuts a stream of bytes into lines and hands each over as a payload. */
export interface LineSplitter {
  /** `arrivedMonoMs`: since when the bytes may have been there. */
  readonly take: (bytes: Uint8Array, arrivedMonoMs: number) => void;
  /** Takes what is left as a line. */
  readonly finish: () => void;
  /** Drops what is left: its rest will never come. */
  readonly forget: () => void;
}

/** Makes a splitter; empty lines are passed over, and a line longer than `limit` is refused once and skipped to its end. */
export function newLineSplitter(ctx: Pick<ChannelContext, 'deliver' | 'refuse'>, limit: number): LineSplitter {
  let parts: Uint8Array[] = [];
  let length = 0;
  let skipping = false;
  let restMonoMs = 0;

  const add = (bytes: Uint8Array) => {
    if (skipping || bytes.length === 0) return;
    // Copied, since a line may outlive the large buffer that it was read into.
    parts.push(bytes.slice());
    length += bytes.length;
    if (length <= limit) return;
    ctx.refuse(`a line of more than ${limit} bytes`, parts[0]?.subarray(0, 4096));
    forget();
    skipping = true;
  };
  const forget = () => {
    parts = [];
    length = 0;
  };
  const emit = (arrivedMonoMs: number) => {
    const only = parts[0];
    const line = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
    forget();
    const bytes = line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
    if (!skipping && bytes.some((byte) => byte !== 0x20 && byte !== 0x09)) ctx.deliver({ bytes, arrivedMonoMs });
    skipping = false;
  };

  return {
    take(bytes, arrivedMonoMs) {
      let start = 0;
      for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
        add(bytes.subarray(start, end));
        emit(arrivedMonoMs);
        start = end + 1;
      }
      add(bytes.subarray(start));
      restMonoMs = arrivedMonoMs;
    },
    finish() {
      if (length > 0) emit(restMonoMs);
    },
    forget() {
      forget();
      skipping = false;
    },
  };
}
