/** The assignment of a file's names to a model's keys. */
export interface KeyMap {
  /** The model's key for each name of the file that has one. */
  readonly keys: ReadonlyMap<string, string>;
  /** Names of the file that the model does not have. */
  readonly unexpected: readonly string[];
  /** Keys of the model that the file does not have. */
  readonly missing: readonly string[];
}

/**
 * Names in files that are not weights or are computed: masks, positions, frequencies, tied tables.
 */
const COMPUTED: readonly RegExp[] = [
  /(^|\.)attn\.(masked_)?bias$/,
  /(^|\.)position_ids$/,
  /(^|\.)rotary_emb\.inv_freq$/,
  /(^|\.)(encoder|decoder)\.embed_(tokens|positions)\.weight$/,
  /(^|\.)lm_head\.weight$/,
  /^cls\.predictions\.decoder\.(weight|bias)$/,
  /^vocab_projector\.weight$/,
];

/** Older names of weights. */
const RENAMED: readonly (readonly [RegExp, string])[] = [
  [/\.gamma$/, ".weight"],
  [/\.beta$/, ".bias"],
  [
    /(^|\.)encoder\.layer\.(\d+)\.attention\.attention\.(query|key|value)\./,
    "$1layers.$2.attention.$3.",
  ],
  [/(^|\.)encoder\.layer\.(\d+)\.attention\.output\.dense\./, "$1layers.$2.attention.o_proj."],
  [/(^|\.)encoder\.layer\.(\d+)\.intermediate\.dense\./, "$1layers.$2.mlp.fc1."],
  [/(^|\.)encoder\.layer\.(\d+)\.output\.dense\./, "$1layers.$2.mlp.fc2."],
  [/(^|\.)encoder\.layer\.(\d+)\.layernorm_(before|after)\./, "$1layers.$2.layernorm_$3."],
  [/\.attention\.(query)\./, ".attention.q_proj."],
  [/\.attention\.(key)\./, ".attention.k_proj."],
  [/\.attention\.(value)\./, ".attention.v_proj."],
];

/** Finds the key of every name, with and without the prefix of the base model. */
export function mapKeys(
  names: readonly string[],
  targets: ReadonlySet<string>,
  prefix: string,
): KeyMap {
  const keys = new Map<string, string>();
  const unexpected: string[] = [];
  for (const name of names) {
    const place = placeOf(name, targets, prefix);
    if (place !== null) keys.set(name, place);
    else if (!COMPUTED.some((pattern) => pattern.test(name))) unexpected.push(name);
  }
  const filled = new Set(keys.values());
  return { keys, unexpected, missing: [...targets].filter((key) => !filled.has(key)) };
}

function placeOf(name: string, targets: ReadonlySet<string>, prefix: string): string | null {
  let renamed = name;
  for (const candidate of spellings(name, prefix)) if (targets.has(candidate)) return candidate;
  for (const [pattern, other] of RENAMED) {
    renamed = renamed.replace(pattern, other);
    for (const candidate of spellings(renamed, prefix))
      if (targets.has(candidate)) return candidate;
  }
  return null;
}

function spellings(name: string, prefix: string): readonly string[] {
  if (prefix === "") return [name];
  const inner = name.startsWith(`${prefix}.`) ? [name.slice(prefix.length + 1)] : [];
  return [name, `${prefix}.${name}`, ...inner];
}
