/** What crosses between the harness and the process of a browser; both ends are ours. */
export interface PageSettings {
  /** `host:port` each, as pinned. */
  readonly hosts: readonly string[];
  readonly userAgent: string;
  readonly identity: Readonly<Record<string, string>>;
  /** Path of the program, of `WINDSHEAR_BROWSER`; nothing else is looked for then. */
  readonly browserPath?: string;
}

export type PageAct = { readonly timeoutMs: number } & (
  | { readonly kind: 'goto'; readonly url: string }
  | { readonly kind: 'fill'; readonly field: string; readonly text: string }
  | { readonly kind: 'click'; readonly element: string }
  | { readonly kind: 'expect-text'; readonly element: string; readonly text: string }
  | { readonly kind: 'screenshot' }
);

export type PageRequest =
  | { readonly kind: 'open'; readonly settings: PageSettings }
  | { readonly kind: 'act'; readonly act: PageAct };

/** Answers come in the order of the requests. */
export type PageAnswer =
  | { readonly kind: 'done'; readonly picture?: Uint8Array }
  | { readonly kind: 'absent'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };
