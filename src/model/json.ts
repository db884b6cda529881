/** A JSON value; integers beyond 2^53 are strings, never rounded numbers. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };
